// SPDX-License-Identifier: MIT
/*
 * backoff.js: how long to leave the server alone after a login it refused.
 *
 * An answer that is no session makes automatic logins wait: as long as it says
 * in Retry-After, at least FIRST, twice as long after each further one, LONGEST
 * at most.  A blocked user is not asked for again at all.  A login that was
 * never answered (no network, no code) makes nobody wait: nobody tells us when
 * there is a network again.  What the user does is never held up; see session.js.
 *
 * A clock that was set back ends the wait.  Pure but for the clock.
 */
'use strict'

const { MpAuthError } = require('./errors')

/** @typedef {import('../types').MpAuthError} Failure */

/** Milliseconds. */
const FIRST = 1000
const LONGEST = 60000

/** @param {() => number} now milliseconds */
function createBackoff(now) {
  let failures = 0
  let began = 0
  let wait = 0
  /** @type {Failure | null} */
  let last = null

  function reset() {
    failures = 0
    last = null
  }

  return {
    reset,

    /** A login has failed. @param {Failure} error */
    failed(error) {
      if (!error.response) return
      wait = Math.max(error.retryAfter || 0, Math.min(FIRST * Math.pow(2, failures++), LONGEST))
      if (error.code === 'USER_BLOCKED') wait = Infinity
      began = now()
      last = error
    },

    /** Throws the last failure again while it is to be respected, with the milliseconds left as `retryAfter`. */
    check() {
      const passed = now() - began
      if (!last || (wait < Infinity && (passed < 0 || passed >= wait))) return
      const { code, message, requestId, response } = last
      throw new MpAuthError(code, message, Object.assign(
        { requestId, response, cause: last }, wait < Infinity && { retryAfter: wait - passed }))
    }
  }
}

module.exports = { createBackoff }
