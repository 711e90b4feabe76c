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
const { createBlame } = require('./blame')
const { createFuse } = require('./fuse')
const { createBackoff } = require('./backoff')
const { createLogin } = require('./login')

/** @typedef {ReturnType<typeof createSession>} Session */
/** @typedef {import('../types/parts').LoginOptions} LoginOptions */
/** @typedef {import('../types/parts').Failure} Failure */
/** @typedef {import('../types').UserInfo} UserInfo */

/** The server notes the use of a session that often at most, ms; so do we. */
const NOTE_USE = 60000

/** @type {LoginOptions} */
const NOBODY = {}

const now = () => Date.now()

/**
 * @template {{userInfo: UserInfo}} T
 * @param {T} session
 * @returns {T}
 */
function copyOf(session) {
  return Object.assign({}, session, { userInfo: Object.assign({}, session.userInfo) })
}

/** What callers see of it. @param {import('../types').Session & import('../types/parts').Stored} session @returns {import('../types').Session} */
function shown({ token, userInfo, newUser, until }) {
  return Object.assign(copyOf({ token, userInfo }), newUser !== undefined && { newUser }, until && { expiresAt: until })
}

/** @param {Pick<import('../types/parts').Parts, 'config' | 'platform' | 'store' | 'status' | 'ui' | 'hooks'>} parts */
function createSession({ config, platform, store, status, ui, hooks }) {
  const fuse = createFuse(config.refresh, now, (event, fields) => hooks.log('warn', event, fields))
  const backoff = createBackoff(now)
  const blame = createBlame()
  const network = createLogin(config, platform, loggedIn, failed)
  /** @type {Array<() => void>} */
  const logins = []
  /** @type {Array<(user: UserInfo | null) => void>} */
  let listeners = []
  /** Counts forgotten sessions: what began in another generation must not write into this one. */
  let generation = 0

  /** @param {import('./login').Answered} session */
  function loggedIn({ token: fresh, userInfo, newUser, life, until, end }) {
    store.set(Object.assign({ token: fresh, userInfo }, life && { life, until, end }), true)
    fuse.obtained(fresh)
    backoff.reset()
    for (const listener of logins) listener()
    status.login.success(shown({ token: fresh, userInfo, newUser, until }))
    hooks.onLogin(shown({ token: fresh, userInfo, newUser, until }))
    changed()
  }

  /** @param {Failure} error */
  function failed(error) {
    backoff.failed(error)
    status.login.fail(error)
    hooks.log('warn', 'login.failed', { code: error.code, requestId: error.requestId })
  }

  /** Tells who wants to know that the user data may be others. */
  function changed() {
    for (const listener of listeners) listener(user())
  }

  /** @returns {UserInfo | null} a copy, or null without a session */
  function user() {
    const session = store.get()
    return session && copyOf(session).userInfo
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
   * @param {'login' | 'refresh'} kind what the ui hears
   * @param {(error?: Failure) => void} [ended]
   */
  function begin(kind, ended) {
    if (store.isOut()) throw new MpAuthError('LOGGED_OUT', 'until session.resume()')
    const flight = network.begin()
    status.login.ing()
    ui[kind === 'login' ? 'loginStart' : 'refreshStart']()
    const end = (/** @type {Failure | undefined} */ error) => {
      ui[kind === 'login' ? 'loginEnd' : 'refreshEnd'](error, { byUser: flight.byUser })
      if (ended) ended(error)
    }
    flight.promise.then(() => end(undefined), end)
    return flight
  }

  /**
   * @param {LoginOptions} [options]
   * @returns {Promise<import('../types').Session>}
   */
  async function login(options) {
    const { force, auto, byUser } = options || NOBODY
    if (!force && store.isOver()) return loginInAdvance(options)
    const session = store.get()
    if (session && !force) {
      if (!busy() && !status.login.isSuccess()) status.login.success(shown(session))
      return shown(session)
    }
    if (auto && !byUser && !busy()) backoff.check()
    const flight = network.flight() || begin('login')
    if (byUser) flight.byUser = true
    return shown(await flight.promise)
  }

  /**
   * The stored session is over, as far as we know; the server has the last word.
   * @param {LoginOptions} [options]
   * @returns {Promise<import('../types').Session>}
   */
  async function loginInAdvance(options) {
    try {
      return await login(Object.assign({}, options, { force: true }))
    } catch (error) {
      if (!token()) throw error
      return login(options)
    }
  }

  /** @param {number} attempt its number since the last evidence */
  function refresh(attempt) {
    const from = now()
    const flight = begin('refresh', (error) => hooks.onRefresh({ attempt, waiting: flight.joined, ms: now() - from, error }))
    return flight
  }

  /**
   * @param {LoginOptions} [options]
   * @returns {Promise<import('../types').Session>}
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
    return shown(await flight.promise)
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
   * @param {unknown} refused what to reject with when the user has logged out meanwhile
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
   * @param {boolean} repeated
   */
  function accepted(sent, request, repeated) {
    fuse.accepted(sent)
    blame.accepted(sent, request, repeated)
    const session = store.get()
    if (!session || !session.life || session.token !== sent) return
    const until = Math.min(now() + session.life, session.end || Infinity)
    if (Math.abs(until - (session.until || 0)) > NOTE_USE) store.set(Object.assign({}, session, { until }))
  }

  /**
   * Forgets the session and drops a running login.
   * @param {'logout' | 'clear'} reason
   * @param {boolean} [stay] out, until resume()
   * @returns {string | undefined} the token it had
   */
  function forget(reason, stay) {
    const had = token()
    generation++
    store.clear(stay)
    network.drop()
    backoff.reset()
    blame.forget()
    status.login.reset()
    status.auth.reset()
    hooks.onLogout(reason)
    changed()
    return had
  }

  /**
   * @param {UserInfo} userInfo from the server
   * @param {number} asked the generation when it was asked for
   */
  function keepUser(userInfo, asked) {
    const session = store.get()
    if (!session || generation !== asked) return
    store.set(Object.assign({}, session, { userInfo }))
    changed()
  }

  /** What the three guards of refreshLogin are doing, for display. */
  function guards() {
    const flight = network.flight()
    return Object.assign({ running: !!flight, waiting: flight ? flight.joined : 0 }, fuse.guards())
  }

  return {
    token,
    guards,
    user,
    busy,
    login,
    refreshLogin,
    ready,
    renew,
    accepted,
    isToBlame: blame.isOn,
    notCured: blame.notCured,
    forget,
    keepUser,
    borrow: network.borrow,
    generation: () => generation,

    /** Ends what logout({stay: true}) began. */
    resume() {
      if (store.isOut()) store.clear()
      return login({ byUser: true })
    },

    /** @param {() => void} listener called after each network login, before anybody who waits */
    afterLogin: (listener) => void logins.push(listener),

    /**
     * @param {(user: UserInfo | null) => void} listener called when the user data may be others
     * @returns {() => void} stops it
     */
    onChange(listener) {
      listeners = listeners.concat(listener)
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    }
  }
}

module.exports = { createSession }
