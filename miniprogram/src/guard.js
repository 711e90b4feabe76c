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

/** @param {any} error */
function swallow(error) {
  if (error.code !== 'AUTH_CANCELLED' && error.code !== 'AUTH_REDIRECTED') throw error
}

/**
 * @param {() => Promise<any>} mustAuth
 * @param {Function} fn
 * @returns {any}
 */
function guard(mustAuth, fn) {
  if (typeof fn !== 'function') throw badConfig('fn')
  return /** @this {any} */ function (/** @type {any[]} */ ...args) {
    // Not then().catch(): what fn throws is nobody's business here.
    return mustAuth().then(() => fn.apply(this, args), swallow)
  }
}

/**
 * @param {() => Promise<any>} mustAuth
 * @returns {any}
 */
function decorator(mustAuth) {
  return (/** @type {any} */ target, /** @type {any} */ name, /** @type {any} */ descriptor) => {
    if (descriptor && typeof descriptor.value === 'function') {
      return Object.assign({}, descriptor, { value: guard(mustAuth, descriptor.value) })
    }
    if (name && name.kind === 'method') return guard(mustAuth, target)
    throw badConfig('@mustAuth')
  }
}

module.exports = { guard, decorator }
