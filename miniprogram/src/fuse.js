// SPDX-License-Identifier: MIT
/*
 * fuse.js: stops refreshing when refreshing does not help.
 *
 * Each attempt passes the fuse and is counted.  Evidence that the attempts led
 * somewhere - a token that one of them obtained was accepted - starts the count
 * at zero.  The attempt after `maxTries` attempts without evidence blows it:
 * FUSE_OPEN for `restoreTime`, then it is whole again.  An attempt counts for
 * MEMORY times restoreTime.
 *
 * A login that was answered is no evidence: a server that hands out useless
 * tokens would be asked for ever.
 *
 * The clock of a phone may be set, forwards or back: an attempt of the future
 * was made just now, and a fuse that had longer than restoreTime to wait is
 * whole.  Pure but for the clock, which is passed in.
 */
'use strict'

const { MpAuthError } = require('./errors')

/** An attempt counts for so many times restoreTime. */
const MEMORY = 12

/**
 * @param {{maxTries: number, restoreTime: number}} limits
 * @param {() => number} now milliseconds
 * @param {(event: 'fuse.blown' | 'fuse.whole', fields: object) => void} tell
 */
function createFuse({ maxTries, restoreTime }, now, tell) {
  /** @type {number[]} when the attempts that count were made */
  let tries = []
  /** @type {number | null} null: whole */
  let openUntil = null
  /** @type {Set<string>} tokens obtained since the count began */
  const fresh = new Set()

  /** @param {number} time now */
  function age(time) {
    tries = tries.map((at) => Math.min(at, time)).filter((at) => time - at <= MEMORY * restoreTime)
    if (openUntil !== null && (openUntil <= time || openUntil > time + restoreTime)) mend()
  }

  function mend() {
    tries = []
    if (openUntil !== null) tell('fuse.whole', {})
    openUntil = null
  }

  return {
    /** Counts one attempt and gives its number, or throws FUSE_OPEN with the milliseconds left as `retryAfter`. */
    pass() {
      const time = now()
      age(time)
      if (openUntil === null && tries.length >= maxTries) {
        openUntil = time + restoreTime
        tries = []
        tell('fuse.blown', { retryAfter: restoreTime })
      }
      if (openUntil !== null) throw new MpAuthError('FUSE_OPEN', 'refreshing does not help', { retryAfter: openUntil - time })
      if (tries.length === 0) fresh.clear()
      return tries.push(time)
    },

    /** How it stands, for display. */
    guards() {
      const time = now()
      age(time)
      return { attempts: tries.length, retryAfter: openUntil === null ? 0 : openUntil - time }
    },

    /** A login gave this token. @param {string} token */
    obtained(token) {
      if (tries.length > 0 || openUntil !== null) fresh.add(token)
    },

    /** The server accepted this token. @param {string} token */
    accepted(token) {
      if (!fresh.has(token)) return
      mend()
      fresh.clear()
    }
  }
}

module.exports = { createFuse }
