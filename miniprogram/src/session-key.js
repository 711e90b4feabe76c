// SPDX-License-Identifier: MIT
/*
 * session-key.js: is WeChat's session_key still the one the server has?
 *
 * To be asked before the user taps an open-data button, never between the tap
 * and the upload: a login there makes the data undecryptable.  WeChat's answer
 * is a hint, not a proof, and it costs 300 ms: it is asked once per foreground
 * period.  Any login counts as asked.
 */
'use strict'

const { aborted } = require('./errors')

/** @typedef {{period: number, generation: number, promise?: Promise<void>}} Moment */

/**
 * @param {import('./session').Session} session
 * @param {import('./platform').Platform} platform
 * @param {import('../types/parts').Parts['hooks']} hooks log: session-key.dead
 * @returns {() => Promise<void>} ensureSessionKey
 */
function createSessionKey(session, platform, hooks) {
  let period = 0
  /** @type {Moment | null} when it was known to be good */
  let good = null
  /** @type {Moment | null} the check that runs */
  let running = null

  /** @returns {Moment} */
  const now = () => ({ period, generation: session.generation() })
  const isNow = (/** @type {Moment | null} */ then) => then && then.period === period && then.generation === session.generation()

  session.afterLogin(() => {
    good = now()
  })
  platform.onShow(() => {
    period++
  })

  /** @param {Moment} mine */
  async function check(mine) {
    const token = session.token()
    const fresh = await platform.call('checkSession').then(() => true, () => false)
    if (fresh) good = mine
    else if (session.generation() !== mine.generation) throw aborted()
    else if (session.token() === token) {
      hooks.log('warn', 'session-key.dead', {})
      await session.refreshLogin()
    }
  }

  /** @param {Moment} mine */
  function end(mine) {
    if (running === mine) running = null
  }

  return async function ensure() {
    if (!session.token()) await session.login({ auto: true })
    else if (!isNow(good)) await (isNow(running) ? /** @type {Moment} */ (running) : begin()).promise
  }

  function begin() {
    const mine = now()
    running = mine
    mine.promise = check(mine).then(() => end(mine), (error) => {
      end(mine)
      throw error
    })
    return mine
  }
}

module.exports = { createSessionKey }
