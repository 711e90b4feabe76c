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
 *     the same, once a fresh     hand over
 *     token that is good
 *     elsewhere did not help
 *   DECRYPT_WX_OPEN_DATA_FAIL    refresh, reject with userAction 'retap'
 *   all else                     hand over            hand over
 *
 * Data encrypted for a dead session_key cannot be repeated; only the user's
 * next tap makes data for the new one.
 */
'use strict'

const { pathOf } = require('./url')
const { isRefusal } = require('./errors')
const { errorOf } = require('./reply')

const UNDECRYPTABLE = 'DECRYPT_WX_OPEN_DATA_FAIL'

const nothing = () => {}

/**
 * @typedef {object} Answer
 * @property {import('./reply').Reply} reply
 * @property {string | number | undefined} code of the reply
 * @property {string} token it was sent with
 * @property {string} request its name: method and path
 * @property {boolean} repeated is this the second time?
 * @property {boolean} replay may it be repeated?
 * @property {boolean} [byUser]
 */

/** The name of a request. @param {string | undefined} method @param {string} url */
const nameOf = (method, url) => (method || 'GET').toUpperCase() + ' ' + pathOf(url).split('?')[0]

/**
 * @param {Pick<import('../types/parts').Parts, 'session' | 'ui'>} client
 * @param {Answer} answer
 * @returns {Promise<boolean>}
 */
async function judge(client, answer) {
  const { reply, code, token, request, repeated, replay, byUser } = answer
  const { session } = client
  if (!isRefusal(code) && reply.statusCode < 500) session.accepted(token, request, repeated)
  if (code === UNDECRYPTABLE) throw await retap(client, reply, token, byUser)
  if (!isRefusal(code)) return false
  if (!session.isToBlame(token, request)) return false
  const refused = errorOf(reply, code)
  if (repeated) {
    session.notCured(request)
    throw refused
  }
  const renewed = session.renew(token, refused, byUser)
  if (!replay) {
    // The next request profits from the refresh; this one does not wait for it.
    renewed.then(() => session.notCured(request), nothing)
    throw refused
  }
  await renewed
  return true
}

/**
 * @param {Pick<import('../types/parts').Parts, 'session' | 'ui'>} client
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

module.exports = { judge, nameOf }
