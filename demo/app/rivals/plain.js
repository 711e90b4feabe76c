// SPDX-License-Identifier: MIT
/* plain.js: wx.request with a few lines around it: after a 401 it logs in and sends the request once more. */

/** @type {(given: import('./rival').Given) => import('./rival').RivalClient} */
export function createPlain({ wx, baseURL }) {
  let token = ''

  /** @param {string} path @param {object} [more] @returns {Promise<import('../types').Reply>} */
  const request = (path, more) => new Promise((resolve, reject) => wx.request({
    url: baseURL + path, header: { Authorization: 'Bearer ' + token }, ...more, success: resolve, fail: reject
  }))

  async function login() {
    const { code } = await new Promise((resolve, reject) => wx.login({ success: resolve, fail: reject }))
    const { data } = await request('/wx/onlogin', { method: 'POST', data: { code } })
    if (!data.data) throw data
    token = data.data.token
  }

  return {
    async get(path) {
      let reply = await request(path)
      if (reply.statusCode === 401) {
        await login()
        reply = await request(path)
      }
      if (reply.statusCode !== 200) throw reply.data
      return reply.statusCode
    },
    token: () => token
  }
}
