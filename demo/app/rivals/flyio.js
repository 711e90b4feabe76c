// SPDX-License-Identifier: MIT
/*
 * flyio.js: flyio as published, with the token handling that its documentation
 * describes: the request interceptor fetches a missing token behind the
 * instance's lock; the response interceptor, when the token is refused, locks
 * itself, fetches a new one by another instance, unlocks, and sends the request
 * again.
 */
import Fly from 'flyio/dist/npm/wx'

/** @type {(given: import('./rival').Given) => import('./rival').RivalClient} */
export function createFlyio({ wx, baseURL }) {
  // flyio's adapter for mini programs looks for the global.
  Object.assign(globalThis, { wx })
  const fly = new Fly()
  const tokenFly = new Fly()
  fly.config.baseURL = tokenFly.config.baseURL = baseURL
  let token = ''

  const loginCode = () => new Promise((resolve, reject) => wx.login({ success: ({ code }) => resolve(code), fail: reject }))

  async function fetchToken() {
    const { data } = await tokenFly.post('/wx/onlogin', { code: await loginCode() })
    token = data.data.token
  }

  fly.interceptors.request.use((request) => {
    const withToken = () => {
      request.headers.Authorization = 'Bearer ' + token
      return request
    }
    if (token) return withToken()
    fly.lock()
    return fetchToken().finally(() => fly.unlock()).then(withToken)
  })

  fly.interceptors.response.use((reply) => reply, function (error) {
    if (error.status !== 401) return Promise.reject(error)
    this.lock()
    return fetchToken().finally(() => this.unlock()).then(() => fly.request(error.request))
  })

  return { get: async (path) => (await fly.get(path)).status, token: () => token }
}
