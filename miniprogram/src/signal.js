// SPDX-License-Identifier: MIT
/*
 * signal.js: promises that can be given up.
 *
 *   abortable(run)   a promise with abort(); run(signal) does the work
 *
 * abort() rejects the promise at once; whatever the work is waiting for, it
 * finds out through the signal and does nothing further.
 */
'use strict'

const { aborted } = require('./errors')

class Signal {
  constructor() {
    this.aborted = false
    /** @type {Array<() => void>} */
    this._listeners = []
  }

  /**
   * @param {() => void} listener called once, at abort
   * @returns {() => void} stops listening
   */
  listen(listener) {
    this._listeners.push(listener)
    return () => {
      this._listeners = this._listeners.filter((other) => other !== listener)
    }
  }

  abort() {
    if (this.aborted) return
    this.aborted = true
    const listeners = this._listeners
    this._listeners = []
    for (const listener of listeners) listener()
  }

  /** Throws when there is no more use in going on. */
  check() {
    if (this.aborted) throw aborted()
  }
}

/**
 * @template T
 * @param {(signal: Signal) => Promise<T>} run
 * @returns {Promise<T> & {abort(): void}}
 */
function abortable(run) {
  const signal = new Signal()
  const promise = new Promise((resolve, reject) => {
    signal.listen(() => reject(aborted()))
    run(signal).then(resolve, reject)
  })
  return Object.assign(promise, { abort: () => signal.abort() })
}

module.exports = { Signal, abortable }
