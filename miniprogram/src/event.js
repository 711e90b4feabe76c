// SPDX-License-Identifier: MIT
/*
 * event.js: what a component's event tells, whether one gives us the event or
 * its detail.
 *
 *   detailOf(given)     the detail; of a form's event the form's values
 *   kindOf(given)       'phone' or 'user' when the event says which it is
 *   wasDeclined(detail) nothing in it: the user said no, or it is over already
 *   pick(from, names)   those members of it that are there
 */
'use strict'

/** @typedef {{[name: string]: unknown}} Detail */

const KINDS = /** @type {{[type: string]: 'phone' | 'user'}} */ ({
  getphonenumber: 'phone', getrealtimephonenumber: 'phone', getuserinfo: 'user', submit: 'user', chooseavatar: 'user'
})

/** @param {unknown} value @returns {Detail} */
const members = (value) => (typeof value === 'object' && value !== null ? /** @type {Detail} */ (value) : {})

/** @param {unknown} given @returns {Detail} */
function detailOf(given) {
  const event = members(given)
  const detail = event.type && event.detail ? members(event.detail) : event
  return typeof detail.value === 'object' ? members(detail.value) : detail
}

/** @param {unknown} given */
const kindOf = (given) => KINDS[String(members(given).type)]

/** @param {Detail} detail */
function wasDeclined({ errMsg, userInfo, rawData }) {
  // The containers' own `success` brings the user data: that step is done.
  return Boolean(userInfo && !rawData) || (typeof errMsg === 'string' && !/:ok$/.test(errMsg))
}

/**
 * @param {Detail} from
 * @param {string[]} names
 * @returns {Detail}
 */
function pick(from, names) {
  /** @type {Detail} */
  const picked = {}
  for (const name of names) {
    if (from[name] !== undefined) picked[name] = from[name]
  }
  return picked
}

module.exports = { detailOf, kindOf, wasDeclined, pick }
