// SPDX-License-Identifier: MIT
/*
 * errors.js: the one error class, and the words for what can go wrong.
 *
 *   MpAuthError(code, message, extra)   every rejection of this package
 *   isRefusal(code)                     does this code say that the token was refused?
 *   calling(field, run)                 a function of the application; HOOK_FAILED when it throws
 *
 * `code` is for programs and stable: the server's own code whenever a reply
 * had one, otherwise one of these.  `message` is for developers.
 *
 *   NETWORK TIMEOUT ABORTED                           the way there
 *   HTTP_ERROR                                        a reply without a code, unwrapped
 *   WX_LOGIN_FAILED LOGIN_REJECTED LOGIN_UNAVAILABLE  the login
 *   LOGGED_OUT                                        the user wants to stay out
 *   FUSE_OPEN QUEUE_FULL                              the guards of refreshLogin
 *   AUTH_CANCELLED AUTH_REDIRECTED NAVIGATE_FAILED    the authorisation
 *   BAD_CONFIG HOOK_FAILED                            a wrong argument, a function of the
 *                                                     application that failed; named in `field`
 */
'use strict'

/** What every promise of this package rejects with. */
class MpAuthError extends Error {
  /**
   * @param {string} code stable, for programs
   * @param {string} [message] for developers
   * @param {object} [extra] further members: requestId, cause, field, retryAfter, userAction, response
   */
  constructor(code, message, extra) {
    super(message || code)
    this.name = 'MpAuthError'
    this.code = code
    Object.assign(this, extra)
  }
}

/**
 * @param {unknown} code of a reply
 * @returns {code is 'AUTH_EXPIRED' | 'AUTH_INVALID'}
 */
function isRefusal(code) {
  return code === 'AUTH_EXPIRED' || code === 'AUTH_INVALID'
}

/**
 * A function that the application gave has failed.
 * @param {string} field its name
 * @param {unknown} cause what it threw, or what is wrong with what it gave
 */
function hookFailed(field, cause) {
  if (cause && /** @type {Error} */ (cause).name === 'MpAuthError') return cause
  return new MpAuthError('HOOK_FAILED', `${field}: ${cause}`, { field, cause })
}

/**
 * A function of the application.
 * @template T
 * @param {string} field its name
 * @param {() => T} run
 */
function calling(field, run) {
  try {
    return run()
  } catch (error) {
    throw hookFailed(field, error)
  }
}

/** By the caller, or because the session it was for has ended. */
function aborted() {
  return new MpAuthError('ABORTED', 'given up')
}

module.exports = { MpAuthError, isRefusal, hookFailed, calling, aborted }
