// SPDX-License-Identifier: MIT
/*
 * login.js: the network login, at most one at a time.
 *
 *   wx.login -> code -> POST onlogin -> {token, userInfo}
 *
 * flight()   the login others can wait for, or null
 * begin()    starts one
 * drop()     nobody waits for it any more, its outcome counts for nothing
 *
 * A dropped login may still be on the wire.  The next one begins when that has
 * ended, so that the server never sees two of ours at once.
 *
 * A code is exchanged once.  When the server does not know it or saw it
 * before, one more login with a fresh code, then it is an error.  onlogin
 * passes no other rule: it is never refreshed, repeated or given a token.
 */
'use strict'

const { MpAuthError, aborted } = require('./errors')
const { LOGIN } = require('./limiter')
const { replyOf, dataOf, rejected } = require('./reply')

/** @typedef {{dropped: boolean, joined: number, byUser: boolean, promise: Promise<any>, reject: (error: any) => void}} Flight */

/** A reply of onlogin as a session. @param {import('./reply').Reply} reply */
function sessionOf(reply) {
  const { token, newUser, userInfo } = dataOf(reply)
  if (!token || typeof token !== 'string') throw rejected(reply, 'no token')
  return { token, newUser: newUser === true, userInfo: userInfo || {} }
}

/**
 * @param {any} config
 * @param {import('./platform').Platform} platform
 * @param {(session: any) => void} loggedIn called before anybody who waits
 * @param {(error: any) => void} failed likewise
 */
function createLogin({ baseURL, paths, appid, timeout }, platform, loggedIn, failed) {
  /** @type {Flight | null} */
  let current = null
  /** Settles when the login begun last has left the wire. */
  let last = Promise.resolve()

  /** @param {string} code */
  function message(code) {
    return {
      url: baseURL + paths.login,
      method: 'POST',
      header: { 'content-type': 'application/json' },
      data: appid ? { code, appid } : { code },
      timeout
    }
  }

  /** @param {Flight} mine */
  async function once(mine) {
    if (mine.dropped) throw aborted()
    if (!platform.canLogin()) throw new MpAuthError('LOGIN_UNAVAILABLE', 'no wx.login')
    const { code } = await platform.call('login', { timeout })
    if (!code) throw new MpAuthError('WX_LOGIN_FAILED', 'no code')
    const res = await platform.send({
      name: 'request',
      rank: LOGIN,
      prepare: () => (mine.dropped ? null : message(code))
    })
    if (!res) throw aborted()
    return sessionOf(replyOf(res))
  }

  /** @param {Flight} mine */
  function exchange(mine) {
    return once(mine).catch((error) => {
      if (error.code === 'CODE_INVALID' || error.code === 'CODE_USED') return once(mine)
      throw error
    })
  }

  /** @returns {Flight} */
  function begin() {
    /** @type {any} */
    const mine = { dropped: false, joined: 0, byUser: false }
    mine.promise = new Promise((resolve, reject) => {
      mine.reject = reject
      const end = (/** @type {(outcome: any) => void} */ tell, /** @type {(outcome: any) => void} */ settle) =>
        (/** @type {any} */ outcome) => {
          if (mine.dropped) return
          current = null
          tell(outcome)
          settle(outcome)
        }
      last = last.then(() => exchange(mine)).then(end(loggedIn, resolve)).catch(end(failed, reject))
    })
    current = mine
    return mine
  }

  function drop() {
    const mine = current
    if (!mine) return
    mine.dropped = true
    current = null
    mine.reject(aborted())
  }

  return { flight: () => current, begin, drop }
}

module.exports = { createLogin }
