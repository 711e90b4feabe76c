// SPDX-License-Identifier: MIT
/*
 * session.js: who has a token, who waits for one, who may fetch a new one.
 *
 *   login, refreshLogin      for callers
 *   ready, busy              for requests that are about to be sent
 *   renew, accepted          for requests that were answered
 *   forget, keepUser         for logout, clearSession and the profile calls
 *
 * refreshLogin has three guards, in this order.  Lock: who comes while a login
 * is running waits for that one.  Queue: at most maxQueue wait so.  Fuse: only
 * who really starts one is counted.
 *
 * Two marks of who wants a login.  `auto`: nobody but this package asked for
 * it; it respects what the server said last (backoff.js).  `byUser`: the user
 * did something; he is told when it fails.
 *
 * The stored session is replaced only by an answered login.  Whatever else
 * goes wrong leaves token and user data as they were.
 */
'use strict'

const { MpAuthError, aborted } = require('./errors')
const { createFuse } = require('./fuse')
const { createBackoff } = require('./backoff')
const { createLogin } = require('./login')

/** @typedef {ReturnType<typeof createSession>} Session */

/** @type {{force?: boolean, auto?: boolean, byUser?: boolean}} */
const NOBODY = {}

/** @param {any} session */
function copyOf(session) {
  return Object.assign({}, session, { userInfo: Object.assign({}, session.userInfo) })
}

/** @param {{config: any, platform: any, store: import('./store').Store, status: any, ui: any, hooks: any}} parts */
function createSession({ config, platform, store, status, ui, hooks }) {
  const fuse = createFuse(config.refresh, () => Date.now(), (event, fields) => hooks.log('warn', event, fields))
  const backoff = createBackoff(() => Date.now())
  const network = createLogin(config, platform, loggedIn, failed)
  /** @type {Array<() => void>} */
  const listeners = []
  /** The token that the server has accepted somewhere, if it is the current one. */
  let trusted = ''
  /** @type {Set<string>} requests that a fresh token did not help */
  const uncured = new Set()
  /** Counts forgotten sessions: what began in another generation must not write into this one. */
  let generation = 0

  /** @param {any} session */
  function loggedIn(session) {
    store.set({ token: session.token, userInfo: session.userInfo })
    fuse.obtained(session.token)
    backoff.reset()
    for (const listener of listeners) listener()
    status.login.success(copyOf(session))
    hooks.onLogin(copyOf(session))
  }

  /** @param {any} error */
  function failed(error) {
    backoff.failed(error)
    status.login.fail(error)
    hooks.log('warn', 'login.failed', { code: error.code, requestId: error.requestId })
  }

  /** @returns {string | undefined} */
  function token() {
    const session = store.get()
    return session ? session.token : undefined
  }

  /** Is a login running? */
  function busy() {
    return network.flight() !== null
  }

  /**
   * @param {string} kind login or refresh: what the ui hears
   * @param {(error?: any) => void} [ended]
   */
  function begin(kind, ended) {
    const flight = network.begin()
    status.login.ing()
    ui[kind + 'Start']()
    const end = (/** @type {any} */ error) => {
      ui[kind + 'End'](error, { byUser: flight.byUser })
      if (ended) ended(error)
    }
    flight.promise.then(() => end(undefined), end)
    return flight
  }

  /**
   * @param {{force?: boolean, auto?: boolean, byUser?: boolean}} [options]
   * @returns {Promise<any>}
   */
  async function login(options) {
    const { force, auto, byUser } = options || NOBODY
    const session = store.get()
    if (session && !force) {
      if (!busy() && !status.login.isSuccess()) status.login.success(copyOf(session))
      return copyOf(session)
    }
    if (auto && !byUser && !busy()) backoff.check()
    const flight = network.flight() || begin('login')
    if (byUser) flight.byUser = true
    return copyOf(await flight.promise)
  }

  /** @param {number} attempt its number since the last evidence */
  function refresh(attempt) {
    const from = Date.now()
    const flight = begin('refresh', (error) => hooks.onRefresh({ attempt, waiting: flight.joined, ms: Date.now() - from, error }))
    return flight
  }

  /**
   * @param {{auto?: boolean, byUser?: boolean}} [options]
   * @returns {Promise<any>}
   */
  async function refreshLogin(options) {
    const { auto, byUser } = options || NOBODY
    let flight = network.flight()
    if (!flight) {
      if (auto && !byUser) backoff.check()
      flight = refresh(fuse.pass())
    } else {
      if (flight.joined >= config.refresh.maxQueue) throw new MpAuthError('QUEUE_FULL', 'too many wait')
      flight.joined++
    }
    if (byUser) flight.byUser = true
    return copyOf(await flight.promise)
  }

  /**
   * Resolves when a request may be sent: there is a token and none is on its way.
   * @param {boolean} [byUser]
   */
  async function ready(byUser) {
    const begun = generation
    const flight = network.flight()
    if (flight) {
      if (byUser) flight.byUser = true
      try {
        await flight.promise
      } catch (error) {
        // A refresh that failed leaves the old token; whether that one is still
        // good is for the server to say.
        if (!token()) throw error
      }
      if (generation !== begun) throw aborted()
    }
    await login({ auto: true, byUser })
  }

  /**
   * After a refusal: resolves when repeating makes sense.
   * @param {string} sent the token that was refused
   * @param {any} refused what to reject with when the user has logged out meanwhile
   * @param {boolean} [byUser]
   * @returns {Promise<void>}
   */
  async function renew(sent, refused, byUser) {
    const current = token()
    if (current === sent) await refreshLogin({ auto: true, byUser })
    else if (!current && !busy()) throw refused
  }

  /**
   * The server accepted this token.
   * @param {string} sent
   * @param {string} request
   * @param {boolean} repeated after a refresh: so that was what it needed
   */
  function accepted(sent, request, repeated) {
    fuse.accepted(sent)
    trusted = sent
    uncured.delete(request)
    if (repeated) uncured.clear()
  }

  /**
   * The server refused this token.  Is the token to blame?  Not when it is good
   * elsewhere and a fresh one did not help this request before.
   * @param {string} sent
   * @param {string} request
   */
  const isToBlame = (sent, request) => !(sent === trusted && uncured.has(request))

  /**
   * Forgets the session and drops a running login.
   * @param {'logout' | 'clear'} reason
   * @returns {string | undefined} the token it had
   */
  function forget(reason) {
    const had = token()
    generation++
    store.clear()
    network.drop()
    backoff.reset()
    uncured.clear()
    status.login.reset()
    status.auth.reset()
    hooks.onLogout(reason)
    return had
  }

  /**
   * @param {any} userInfo from the server
   * @param {number} asked the generation when it was asked for
   */
  function keepUser(userInfo, asked) {
    const session = store.get()
    if (session && generation === asked) store.set({ token: session.token, userInfo })
  }

  /** What the three guards of refreshLogin are doing, for display. */
  function guards() {
    const flight = network.flight()
    return Object.assign({ running: !!flight, waiting: flight ? flight.joined : 0 }, fuse.guards())
  }

  return {
    token,
    guards,
    /** @returns {any} a copy, or null without a session */
    user: () => {
      const session = store.get()
      return session && copyOf(session).userInfo
    },
    busy,
    login,
    refreshLogin,
    ready,
    renew,
    accepted,
    isToBlame,
    /** A fresh token did not help. @param {string} request */
    notCured: (request) => void uncured.add(request),
    forget,
    keepUser,
    generation: () => generation,
    /** @param {() => void} listener called after each network login, before anybody who waits */
    afterLogin: (listener) => listeners.push(listener)
  }
}

module.exports = { createSession }
