// SPDX-License-Identifier: MIT
/*
 * macrotask-promise.js: promises as iOS up to 15 has them: made of setTimeout.
 *
 * Between the moment a promise is settled and the moment anybody hears of it,
 * timers fire and the platform calls back.
 */
'use strict'

class MacrotaskPromise {
  constructor(run) {
    this._state = 'pending'
    this._callbacks = []
    try {
      run((value) => this._resolve(value), (error) => this._settle('rejected', error))
    } catch (error) {
      this._settle('rejected', error)
    }
  }

  then(ok, no) {
    return new MacrotaskPromise((resolve, reject) => {
      const pass = (fn, otherwise) => (outcome) => {
        if (typeof fn !== 'function') return otherwise(outcome)
        try {
          resolve(fn(outcome))
        } catch (error) {
          reject(error)
        }
      }
      this._callbacks.push({ fulfilled: pass(ok, resolve), rejected: pass(no, reject) })
      this._flush()
    })
  }

  catch(no) {
    return this.then(undefined, no)
  }

  static resolve(value) {
    return value instanceof MacrotaskPromise ? value : new MacrotaskPromise((resolve) => resolve(value))
  }

  static reject(error) {
    return new MacrotaskPromise((resolve, reject) => reject(error))
  }

  _resolve(value) {
    if (this._state !== 'pending' || this._following) return
    if (value && typeof value.then === 'function') {
      this._following = true
      // One of this engine's is heard of too late for this engine.
      if (value instanceof Promise) value.catch(() => {})
      setTimeout(() => value.then(
        (inner) => {
          this._following = false
          this._resolve(inner)
        },
        (error) => this._settle('rejected', error, true)
      ), 0)
    } else this._settle('fulfilled', value)
  }

  _settle(state, outcome, followed) {
    if (this._state !== 'pending' || (this._following && !followed)) return
    this._state = state
    this._outcome = outcome
    this._flush()
  }

  _flush() {
    if (this._state === 'pending') return
    const callbacks = this._callbacks
    this._callbacks = []
    for (const callback of callbacks) setTimeout(() => callback[this._state](this._outcome), 0)
  }
}

module.exports = { MacrotaskPromise }
