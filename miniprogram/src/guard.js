// SPDX-License-Identifier: MIT
/*
 * guard.js: functions that run only when the user has authorised enough.
 *
 *   guard(mustAuth, fn)   for object literals: Page({ onBuy: withAuth({...}, fn) })
 *   decorator(mustAuth)   for class methods, in both decorator dialects
 *
 * A user who closes the popup, or is on the way to the authorisation page, is
 * no error: these two outcomes of mustAuth are swallowed, no other.
 */
'use strict'

const { badConfig } = require('./config')

/** @param {{code?: string}} error */
function swallow(error) {
  if (error.code !== 'AUTH_CANCELLED' && error.code !== 'AUTH_REDIRECTED') throw error
}

/**
 * @template {import('../types').Callable} F
 * @param {() => Promise<unknown>} mustAuth
 * @param {F} fn
 * @returns {import('../types').Guarded<F>}
 */
function guard(mustAuth, fn) {
  if (typeof fn !== 'function') throw badConfig('fn')
  /** @type {(this: unknown, ...args: unknown[]) => Promise<unknown>} */
  const guarded = function (...args) {
    // Not then().catch(): what fn throws is nobody's business here.
    return mustAuth().then(() => fn.apply(this, args), swallow)
  }
  return /** @type {import('../types').Guarded<F>} */ (guarded)
}

/**
 * @param {() => Promise<unknown>} mustAuth
 * @returns {import('../types').MustAuthDecorator}
 */
function decorator(mustAuth) {
  /**
   * @param {import('../types').Callable} target the method, or what has it
   * @param {{kind?: string}} name its context, or its name
   * @param {PropertyDescriptor} [descriptor]
   */
  const decorate = (target, name, descriptor) => {
    if (descriptor && typeof descriptor.value === 'function') {
      return Object.assign({}, descriptor, { value: guard(mustAuth, descriptor.value) })
    }
    if (name && name.kind === 'method') return guard(mustAuth, target)
    throw badConfig('@mustAuth')
  }
  return /** @type {import('../types').MustAuthDecorator} */ (/** @type {unknown} */ (decorate))
}

module.exports = { guard, decorator }
