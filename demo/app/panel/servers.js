// SPDX-License-Identifier: MIT
/*
 * servers.js: what the panel asks of the servers behind the phones' backs.
 *
 *   revoke(token)        wxlogin ends this session
 *   rotateKey(user)      WeChat makes a new session_key
 *   breakWeChat(on)      WeChat's login interface answers HTTP 500
 *   calls(since)         what wxlogin asked of WeChat, by request id
 *   loginElsewhere(user) a session of this user on another device
 *   isLive(token)        does wxlogin accept it?
 */

const JSON_TYPE = { 'Content-Type': 'application/json' }

async function post(path, fields, headers) {
  const reply = await fetch(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(fields) })
  if (!reply.ok) throw new Error(`${path}: HTTP ${reply.status}`)
  return reply.json()
}

/** @param {string} token */
export const revoke = (token) => post('/wx/logout', {}, { Authorization: 'Bearer ' + token })

/** @param {string} user */
export const rotateKey = (user) => post('/sandbox/expire', { user, what: 'session_key' })

/** @param {boolean} on */
export const breakWeChat = (on) => post('/sandbox/fault', on
  ? { path: '/sns/jscode2session', kind: 'status', status: 500, count: 100000 }
  : { kind: 'none' })

/** @param {number} since @returns {Promise<import('../types').WeChatCall[]>} */
export const calls = async (since) => (await post('/sandbox/calls', { since })).calls

/** A session of this user on a device that is not here. @param {string} user @returns {Promise<string>} its token */
export async function loginElsewhere(user) {
  const { code } = await post('/sandbox/login', { user })
  return (await post('/wx/onlogin', { code, device: 'other phone' })).data.token
}

/** @param {string} token */
export async function isLive(token) {
  const { status } = await fetch('/wx/checksession', { method: 'POST', headers: { ...JSON_TYPE, Authorization: 'Bearer ' + token }, body: '{}' })
  return status === 200
}
