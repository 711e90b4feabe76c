// SPDX-License-Identifier: MIT
/*
 * login.js: the network login, at most one at a time.
 *
 *   wx.login -> code -> POST onlogin -> {token, userInfo}
 *
 * flight()   the login others can wait for, or null
 * begin()    starts one
 * drop()     nobody waits for it any more, its outcome counts for nothing
 * borrow()   a session that nobody keeps: for a last word to the server
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
const { ask } = require('./notices')
const { LOGIN } = require('./limiter')
const { replyOf, dataOf, rejected } = require('./reply')

/** @typedef {import('../types/parts').Flight} Flight */
/** @typedef {import('../types').Session & import('../types/parts').Stored} Answered */

/** What the server allows for `device`. */
const DEVICE_MAX = 64

/** A reply of onlogin as a session. @param {import('../types/parts').Reply} reply @returns {Answered} */
function sessionOf(reply) {
  const { token, newUser, userInfo, expiresIn, absoluteExpiresIn } = dataOf(reply)
  if (!token || typeof token !== 'string') throw rejected(reply, 'no token')
  const now = Date.now()
  return Object.assign({ token, newUser: newUser === true, userInfo: userInfo || {} }, expiresIn > 0 && {
    life: expiresIn * 1000,
    until: now + expiresIn * 1000,
    end: now + (absoluteExpiresIn || expiresIn) * 1000
  })
}

/**
 * What the user's list of sessions calls this one: model and version.
 * @param {import('../types/parts').Wx} wx
 */
function deviceOf(wx) {
  try {
    const { model } = wx.getDeviceInfo ? wx.getDeviceInfo() : wx.getSystemInfoSync()
    const { version } = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()
    return [model, version && 'WeChat ' + version].filter(Boolean).join(' / ')
  } catch (unknown) {
    return ''
  }
}

/**
 * @param {import('../types/parts').Settings} config
 * @param {import('./platform').Platform} platform
 * @param {(session: Answered) => void} loggedIn called before anybody who waits
 * @param {(error: import('../types/parts').Failure) => void} failed likewise
 */
function createLogin({ baseURL, paths, appid, timeout, device, loginData, wx }, platform, loggedIn, failed) {
  /** @type {Flight | null} */
  let current = null
  /** Settles when the login begun last has left the wire. @type {Promise<unknown>} */
  let last = Promise.resolve()

  /** @param {string} field @param {unknown} given a value, or a function that gives it */
  const valueOf = (field, given) => (typeof given === 'function' ? ask(field, () => given(), timeout) : Promise.resolve(given))

  /** What onlogin is told beside the code. @returns {Promise<object>} */
  async function more() {
    const name = String(await valueOf('device', device === null ? deviceOf(wx) : device) || '')
    // eslint-disable-next-line no-control-regex
    const label = Array.from(name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '')).slice(0, DEVICE_MAX).join('')
    return Object.assign({}, await valueOf('loginData', loginData), appid ? { appid } : null, label ? { device: label } : null)
  }

  /** @param {{dropped: boolean}} mine */
  async function once(mine) {
    if (mine.dropped) throw aborted()
    if (!platform.canLogin()) throw new MpAuthError('LOGIN_UNAVAILABLE', 'no wx.login')
    const { code } = await platform.call('login', { timeout })
    if (!code) throw new MpAuthError('WX_LOGIN_FAILED', 'no code')
    const data = device === false && !loginData ? Object.assign({}, appid && { appid }) : await more()
    const res = await platform.send({ name: 'request', rank: LOGIN, prepare: () => (mine.dropped ? null : {
      url: baseURL + paths.login,
      method: 'POST',
      header: { 'content-type': 'application/json' },
      data: Object.assign({}, data, { code }),
      timeout
    }) })
    if (!res) throw aborted()
    return sessionOf(replyOf(res))
  }

  /** @param {{dropped: boolean}} mine */
  function exchange(mine) {
    return once(mine).catch((error) => {
      if (error.code === 'CODE_INVALID' || error.code === 'CODE_USED') return once(mine)
      throw error
    })
  }

  /** @returns {Flight} */
  function begin() {
    const mine = /** @type {Flight} */ ({ dropped: false, joined: 0, byUser: false })
    mine.promise = new Promise((resolve, reject) => {
      mine.reject = reject
      /** @type {<T>(tell: (outcome: T) => void, settle: (outcome: T) => void) => (outcome: T) => void} */
      const end = (tell, settle) => (outcome) => {
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

  function borrow() {
    const session = last.then(() => exchange({ dropped: false }))
    last = session.catch(() => {})
    return session
  }

  return { flight: () => current, begin, drop, borrow }
}

module.exports = { createLogin }
