// SPDX-License-Identifier: MIT
/*
 * stand-in.js: WeChat's servers as this phone's WeChat reaches them.
 *
 *   ask(what, fields)   login, phone, userinfo, user of the stand-in
 */

/**
 * @param {string} what
 * @param {{[name: string]: string}} fields
 * @returns {Promise<Record<string, string>>}
 */
export async function ask(what, fields) {
  const reply = await fetch('/sandbox/' + what, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fields)
  })
  const data = await reply.json()
  if (data.errcode) throw new Error(`${data.errcode} ${data.errmsg}`)
  return data
}
