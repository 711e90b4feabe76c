// SPDX-License-Identifier: MIT
/*
 * limiter.js: how many calls are on the wire at once.
 *
 * Ordinary calls share `limit` places.  Urgent ones (LOGIN before LOGOUT) jump
 * the queue and may use the places beside them, up to CEILING, which is what
 * the platform runs at once.
 *
 * Callbacks, not promises: a place is taken and given back in the same moment
 * as the call begins and ends, however late promises may run on a phone.
 */
'use strict'

/** The platform runs ten of request, uploadFile and downloadFile at once. */
const CEILING = 10

/** Ranks; the higher goes first. */
const ORDINARY = 0
const LOGOUT = 1
const LOGIN = 2

/** @typedef {{rank: number, start: (leave: () => void) => void}} Entry */

/** @param {number} limit places for ordinary calls, at most CEILING */
function createLimiter(limit) {
  let inside = 0
  let ordinary = 0
  /** @type {Entry[]} highest rank first, in order of arrival within a rank */
  const queue = []

  /** @param {Entry} entry */
  function hasPlace(entry) {
    return inside < CEILING && (entry.rank > ORDINARY || ordinary < limit)
  }

  function admit() {
    while (queue.length > 0 && hasPlace(queue[0])) run(/** @type {Entry} */ (queue.shift()))
  }

  /** @param {Entry} entry */
  function run(entry) {
    const share = entry.rank === ORDINARY ? 1 : 0
    inside++
    ordinary += share
    entry.start(() => {
      inside--
      ordinary -= share
      admit()
    })
  }

  /**
   * Calls `start` when there is a place, now or later; it must call `leave` once, when done.
   * @param {number} rank
   * @param {(leave: () => void) => void} start
   * @returns {() => void} gives up waiting; without effect once started
   */
  return function enter(rank, start) {
    const entry = { rank, start }
    const lower = queue.findIndex((other) => other.rank < rank)
    queue.splice(lower < 0 ? queue.length : lower, 0, entry)
    admit()
    return () => {
      const at = queue.indexOf(entry)
      if (at >= 0) queue.splice(at, 1)
    }
  }
}

module.exports = { createLimiter, CEILING, ORDINARY, LOGOUT, LOGIN }
