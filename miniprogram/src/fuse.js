// SPDX-License-Identifier: MIT
/*
 * fuse.js: stops refreshing when refreshing does not help.
 *
 * Each attempt passes the fuse and is counted.  Evidence that the attempts led
 * somewhere - a token that one of them brought was accepted - starts the count
 * at zero.  The attempt after `maxTries` attempts without evidence melts it:
 * FUSE_OPEN for `restoreTime`, then it is whole again.
 *
 * A login that was answered is no evidence: a server that hands out useless
 * tokens would be asked for ever.  Pure but for the clock, which is passed in.
 */
'use strict'

const { MpAuthError } = require('./errors')

/**
 * @param {{maxTries: number, restoreTime: number}} limits
 * @param {() => number} now milliseconds
 */
function createFuse({ maxTries, restoreTime }, now) {
  let tries = 0
  let openUntil = 0
  /** @type {Set<string>} tokens that came since the count began */
  const fresh = new Set()

  return {
    /** Counts one attempt and gives its number, or throws FUSE_OPEN with the milliseconds left as `retryAfter`. */
    pass() {
      const time = now()
      if (time >= openUntil && tries >= maxTries) {
        tries = 0
        openUntil = time + restoreTime
      }
      const retryAfter = openUntil - time
      if (retryAfter > 0) throw new MpAuthError('FUSE_OPEN', 'refreshing does not help', { retryAfter })
      if (tries === 0) fresh.clear()
      return ++tries
    },

    /** How it stands; changes nothing. */
    guards() {
      return { attempts: tries, retryAfter: Math.max(0, openUntil - now()) }
    },

    /** A login brought this token. @param {string} token */
    brought(token) {
      if (tries > 0 || openUntil > 0) fresh.add(token)
    },

    /** The server accepted this token. @param {string} token */
    accepted(token) {
      if (!fresh.has(token)) return
      tries = 0
      openUntil = 0
      fresh.clear()
    }
  }
}

module.exports = { createFuse }
