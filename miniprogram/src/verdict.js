// SPDX-License-Identifier: MIT
/*
 * verdict.js: what to do about a reply to a request that needed login.
 *
 *   resolves false   hand it to the caller
 *   resolves true    send it again, there is another token now
 *   rejects          with the reply's code, or with what the refresh said
 *
 *   reply                        first time           second time
 *   AUTH_EXPIRED, AUTH_INVALID   renew, again         reject
 *   DECRYPT_WX_OPEN_DATA_FAIL    refresh, reject with userAction 'retap'
 *   all else                     hand over            hand over
 *
 * Data encrypted for a dead session_key cannot be repeated; only the user's
 * next tap makes data for the new one.
 */
'use strict'

const { isRefusal } = require('./errors')
const { errorOf } = require('./reply')

const UNDECRYPTABLE = 'DECRYPT_WX_OPEN_DATA_FAIL'

const nothing = () => {}

/**
 * @param {{session: import('./session').Session, ui: any}} client
 * @param {{reply: import('./reply').Reply, code: any, token: string, repeated: boolean, replay: boolean, byUser?: boolean}} answer
 * @returns {Promise<boolean>}
 */
async function judge(client, answer) {
  const { reply, code, token, repeated, replay, byUser } = answer
  if (!isRefusal(code) && reply.statusCode < 500) client.session.accepted(token)
  if (code === UNDECRYPTABLE) throw await retap(client, reply, token, byUser)
  if (!isRefusal(code)) return false
  const refused = errorOf(reply, code)
  if (repeated) throw refused
  const renewed = client.session.renew(token, refused, byUser)
  if (!replay) {
    // The next request profits from the refresh; this one does not wait for it.
    renewed.catch(nothing)
    throw refused
  }
  await renewed
  return true
}

/**
 * @param {{session: import('./session').Session, ui: any}} client
 * @param {import('./reply').Reply} reply
 * @param {string} token
 * @param {boolean} [byUser]
 */
async function retap(client, reply, token, byUser) {
  let cause
  try {
    await client.session.renew(token, null, byUser)
  } catch (error) {
    cause = error
  }
  const error = errorOf(reply, UNDECRYPTABLE, Object.assign({ userAction: 'retap' }, cause && { cause }))
  client.ui.retap(error)
  return error
}

module.exports = { judge }
