// SPDX-License-Identifier: MIT
/*
 * clock.js: time that passes only when a test says so.
 *
 * install() puts setTimeout, clearTimeout and Date.now of this process aside;
 * the package reads them when it needs them, so that it notices nothing.
 * until(promise) lets time pass until the promise has settled and gives its
 * outcome; it throws when nothing is left that could settle it.
 */
'use strict'

const real = { setTimeout, clearTimeout, setImmediate, now: Date.now }

/** Lets everything run that waits for no timer. */
const drain = () => new Promise((resolve) => real.setImmediate(resolve))

class Clock {
  constructor() {
    this.time = 1000000
    this._timers = []
    this._count = 0
  }

  install() {
    globalThis.setTimeout = (run, ms, ...args) => this._add(() => run(...args), ms)
    globalThis.clearTimeout = (id) => {
      this._timers = this._timers.filter((timer) => timer.id !== id)
    }
    Date.now = () => this.time
    return this
  }

  uninstall() {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
    Date.now = real.now
  }

  /** Timers that have not fired. */
  get pending() {
    return this._timers.length
  }

  /** @param {number} ms */
  async tick(ms) {
    const end = this.time + ms
    await drain()
    for (let timer = this._next(); timer && timer.at <= end; timer = this._next()) {
      this._fire(timer)
      await drain()
    }
    this.time = end
  }

  /** What waits for no time at all. */
  settle() {
    return this.tick(0)
  }

  /** @template T @param {PromiseLike<T>} promise @returns {Promise<T>} */
  async until(promise) {
    let end
    promise.then((value) => (end = { value }), (error) => (end = { error }))
    await drain()
    while (!end) {
      const timer = this._next()
      if (!timer) throw new Error('nothing left that could settle this promise')
      this._fire(timer)
      await drain()
    }
    if ('error' in end) throw end.error
    return end.value
  }

  _add(run, ms) {
    const id = ++this._count
    this._timers.push({ id, at: this.time + Math.max(0, ms || 0), run })
    return id
  }

  _next() {
    return this._timers.reduce((first, timer) => (first && first.at <= timer.at ? first : timer), undefined)
  }

  _fire(timer) {
    this._timers = this._timers.filter((other) => other !== timer)
    this.time = Math.max(this.time, timer.at)
    timer.run()
  }
}

module.exports = { Clock, drain, real }
