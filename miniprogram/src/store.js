// SPDX-License-Identifier: MIT
/*
 * store.js: where the session lives: in memory first, in storage for the next
 * start.
 *
 * One key, made of the server and the app, so that two clients never share a
 * token.  Storage may be full, forbidden or broken: then the session lives as
 * long as the mini program runs, and no request notices.
 *
 * A user who wants to stay out is stored as a session without a token.
 */
'use strict'

const { badConfig } = require('./config')

/** @typedef {import('../types/parts').Stored} Stored */
/** @typedef {ReturnType<typeof createStore>} Store */

/** @param {unknown} value as it was stored */
const parse = (value) => /** @type {Stored & {stay?: boolean}} */ ((typeof value === 'string' ? JSON.parse(value) : value) || {})

/** @param {unknown} value */
function isPromise(value) {
  return Boolean(value) && typeof /** @type {Promise<unknown>} */ (value).then === 'function'
}

/**
 * @param {import('../types/parts').Wx} wx
 * @param {string} key
 */
function wxStorage(wx, key) {
  return {
    get: () => wx.getStorageSync(key) || null,
    set: (/** @type {object} */ session) => wx.setStorageSync(key, JSON.stringify(session)),
    clear: () => wx.removeStorageSync(key)
  }
}

/**
 * @param {import('../types/parts').Settings} config
 * @param {(event: string, error: unknown) => void} warn
 */
function createStore({ baseURL, appid, storage, wx }, warn) {
  const kept = storage || wxStorage(wx, 'wxlogin:' + baseURL + (appid && ':' + appid))
  /** @type {Stored | null | undefined} undefined: not read yet */
  let session
  let isOut = false
  /** Its token came over the network in this run. */
  let isNew = false

  /**
   * @param {string} what
   * @param {() => unknown} run
   */
  function attempt(what, run) {
    const failed = (/** @type {unknown} */ error) => warn('storage.' + what, error)
    try {
      const result = run()
      if (isPromise(result)) /** @type {Promise<unknown>} */ (result).then(undefined, failed)
      return result
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  function read() {
    const stored = /** @type {ReturnType<typeof parse>} */ (attempt('get', () => parse(kept.get())) || {})
    isOut = stored.stay === true
    if (!stored.token || typeof stored.token !== 'string') return null
    return Object.assign({}, stored, { userInfo: stored.userInfo || {} })
  }

  // The first request can't wait for it: refused when the client is made, not overlooked.
  if (storage && isPromise(attempt('get', () => storage.get()))) throw badConfig('storage')

  return {
    /** @returns {Stored | null} */
    get() {
      if (session === undefined) session = read()
      return session
    },

    /** @param {Stored} next @param {boolean} [fresh] from the network */
    set(next, fresh) {
      if (fresh) isNew = true
      isOut = false
      session = next
      attempt('set', () => kept.set(next))
    },

    /** @param {boolean} [stay] until resume() */
    clear(stay) {
      isOut = stay === true
      isNew = false
      session = null
      attempt('clear', () => (stay ? kept.set(/** @type {Stored} */ (/** @type {object} */ ({ token: '', userInfo: {}, stay }))) : kept.clear()))
    },

    /** Does the user want to stay out? */
    isOut() {
      this.get()
      return isOut
    },

    /** Is it of a former run, and over as far as this phone's clock tells?  The first time only: it is a hint. */
    isOver() {
      const stored = this.get()
      const over = Boolean(stored && !isNew && stored.until && Date.now() >= stored.until)
      if (over) isNew = true
      return over
    }
  }
}

module.exports = { createStore }
