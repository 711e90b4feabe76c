// SPDX-License-Identifier: MIT
/*
 * store.js: where the session lives: in memory first, in storage for the next
 * start.
 *
 * One key, made of the server and the app, so that two clients never share a
 * token.  Storage may be full, forbidden or broken: then the session lives as
 * long as the mini program runs, and no request notices.
 */
'use strict'

/** @typedef {{token: string, userInfo: any}} Stored */

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * @param {any} value as it was stored
 * @returns {Stored | null}
 */
function sessionIn(value) {
  const { token, userInfo } = (typeof value === 'string' ? JSON.parse(value) : value) || {}
  return token && typeof token === 'string' ? { token, userInfo: userInfo || {} } : null
}

/**
 * @param {any} wx
 * @param {string} key
 */
function wxStorage(wx, key) {
  return {
    get: () => wx.getStorageSync(key) || null,
    set: (/** @type {Stored} */ session) => wx.setStorageSync(key, JSON.stringify(session)),
    clear: () => wx.removeStorageSync(key)
  }
}

/**
 * @param {any} config
 * @param {(event: string, error: any) => void} warn
 */
function createStore({ baseURL, appid, storage, wx }, warn) {
  const kept = storage || wxStorage(wx, 'wxlogin:' + baseURL + (appid && ':' + appid))
  /** @type {Stored | null | undefined} undefined: not read yet */
  let session

  /**
   * @param {string} what
   * @param {() => any} run
   */
  function attempt(what, run) {
    try {
      return run()
    } catch (error) {
      warn('storage.' + what, error)
    }
  }

  return {
    /** @returns {Stored | null} */
    get() {
      if (session === undefined) session = attempt('get', () => sessionIn(kept.get())) || null
      return /** @type {Stored | null} */ (session)
    },

    /** @param {Stored} next */
    set(next) {
      session = next
      attempt('set', () => kept.set(next))
    },

    clear() {
      session = null
      attempt('clear', () => kept.clear())
    }
  }
}

module.exports = { createStore }
