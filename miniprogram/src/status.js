// SPDX-License-Identifier: MIT
/*
 * status.js: a state that others can wait for.
 *
 *   idle -> ing -> success | fail        reset() goes back to idle
 *
 * Callbacks run inside the call that changes the state (or at once when the
 * state is already there), each sees the state that woke it, and a callback
 * that throws spoils only its own promise.  Pure: no clock, no platform.
 */
'use strict'

/** @typedef {(outcome: any) => unknown} Callback gets a value or an error, whatever the state is about */
/** @typedef {{resolve(value: unknown): void, reject(error: unknown): void}} Settle */

const WAIT = 0
const RESOLVE = 1
const REJECT = 2

const nothing = () => {}

class Status {
  /** @param {string} name shown to developers only */
  constructor(name) {
    this.name = name
    /** @type {{state: import('../types').StatusState, value: unknown, error: unknown}} */
    this._now = { state: 'idle', value: undefined, error: undefined }
    /** @type {Array<(now: Status['_now']) => boolean>} each says whether it is done */
    this._waiters = []
  }

  /** 'idle', 'ing', 'success' or 'fail' */
  get state() {
    return this._now.state
  }

  /** It has begun. */
  ing() {
    this._go('ing', undefined, undefined)
  }

  /** It has succeeded. @param {unknown} value what waiters get */
  success(value) {
    this._go('success', value, undefined)
  }

  /** It has failed. @param {unknown} error what waiters get */
  fail(error) {
    this._go('fail', undefined, error)
  }

  /** Back to idle; whoever waits goes on waiting. */
  reset() {
    this._go('idle', undefined, undefined)
  }

  isIng() {
    return this.state === 'ing'
  }

  isSuccess() {
    return this.state === 'success'
  }

  isFail() {
    return this.state === 'fail'
  }

  /**
   * Resolves when successful, now or later; rejects when failed, now or later.
   * @param {Callback | {keepWaiting?: boolean}} [fn] called with the value; its result is what the promise resolves to
   * @param {{keepWaiting?: boolean}} [options] keepWaiting: a failure is no end, wait for the next success
   */
  must(fn, options) {
    const call = typeof fn === 'function' ? fn : undefined
    const { keepWaiting } = /** @type {{keepWaiting?: boolean}} */ ((call ? options : fn) || {})
    return this._when((state) => {
      if (state === 'success') return RESOLVE
      return state === 'fail' && !keepWaiting ? REJECT : WAIT
    }, call)
  }

  /** Resolves at the first success, now or later; never rejects by itself. @param {Callback} [fn] */
  onceSuccess(fn) {
    return this._when((state) => (state === 'success' ? RESOLVE : WAIT), fn && ((value) => (fn(value), value)))
  }

  /** Resolves with the error of the first failure, now or later. @param {Callback} [fn] */
  onceFail(fn) {
    return this._when((state) => (state === 'fail' ? RESOLVE : WAIT), fn && ((error) => (fn(error), error)))
  }

  /**
   * @param {import('../types').StatusState} state
   * @param {unknown} value
   * @param {unknown} error
   */
  _go(state, value, error) {
    const now = { state, value, error }
    this._now = now
    const waiters = this._waiters
    this._waiters = []
    for (const look of waiters) {
      if (!look(now)) this._waiters.push(look)
    }
  }

  /**
   * @param {(state: string) => number} verdict
   * @param {Callback} [fn]
   * @returns {Promise<any>}
   */
  _when(verdict, fn) {
    const settle = /** @type {Settle} */ ({})
    const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }))
    const look = (/** @type {Status['_now']} */ now) => {
      const end = verdict(now.state)
      if (end === REJECT) {
        // With a callback nobody may look at the promise.
        if (fn) promise.catch(nothing)
        settle.reject(now.error)
      } else if (end === RESOLVE) {
        hand(now.state === 'fail' ? now.error : now.value, fn, settle)
      }
      return end !== WAIT
    }
    if (!look(this._now)) this._waiters.push(look)
    return promise
  }
}

/**
 * @param {unknown} outcome
 * @param {Callback | undefined} fn
 * @param {Settle} settle
 */
function hand(outcome, fn, settle) {
  try {
    settle.resolve(fn ? fn(outcome) : outcome)
  } catch (error) {
    settle.reject(error)
  }
}

module.exports = { Status }
