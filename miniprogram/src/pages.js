// SPDX-License-Identifier: MIT
/*
 * pages.js: to the authorisation page and back.
 *
 * Page options are raw: the platform does not decode them.  They are put
 * together again as they came and encoded once, as a whole, so that & and =
 * inside a value survive the journey.
 */
'use strict'

const { MpAuthError } = require('./errors')

/** @typedef {{route?: string, options?: {[name: string]: string | undefined}, selectComponent?(selector: string): unknown}} Page */

/** @returns {Page | undefined} the page the user sees, if there is one */
function topPage() {
  const pages = typeof getCurrentPages === 'function' ? getCurrentPages() : []
  return pages[pages.length - 1]
}

/** @param {Page} page */
function addressOf(page) {
  const options = page.options || {}
  const query = Object.keys(options).map((key) => `${key}=${options[key]}`).join('&')
  return '/' + page.route + (query ? '?' + query : '')
}

/** @param {{message?: string} | undefined} cause */
function refused(cause) {
  return new MpAuthError('NAVIGATE_FAILED', cause && cause.message, { cause })
}

/**
 * @param {import('./platform').Platform} platform
 * @param {string} authPage
 * @param {Page | undefined} page to come back to
 * @param {number} mustAuthStep
 * @param {string[]} [need] when it was named so
 */
async function leaveFor(platform, authPage, page, mustAuthStep, need) {
  if (!page || !page.route) throw new MpAuthError('NAVIGATE_FAILED', 'no page')
  const url = `${authPage}?mustAuthStep=${mustAuthStep}${need ? '&need=' + need : ''}&backTo=${encodeURIComponent(addressOf(page))}`
  try {
    await platform.call('redirectTo', { url })
  } catch (cause) {
    throw refused(cause)
  }
}

/** @param {string | undefined} backTo as the page got it: encoded, or decoded by a router */
function decode(backTo) {
  if (typeof backTo !== 'string' || backTo[0] === '/') return backTo
  try {
    return decodeURIComponent(backTo)
  } catch (malformed) {
    return undefined
  }
}

/**
 * @param {import('./platform').Platform} platform
 * @param {{backTo?: string} | undefined} options of the authorisation page
 */
async function comeBack(platform, options) {
  const url = decode(options && options.backTo)
  if (!url || url[0] !== '/') throw new MpAuthError('NAVIGATE_FAILED', 'backTo: no page')
  // A tab page opens by switchTab only, which takes no query.
  const ways = [['redirectTo', url], ['switchTab', url.split('?')[0]], ['reLaunch', url]]
  let last
  for (const [name, to] of ways) {
    try {
      await platform.call(name, { url: to })
      return
    } catch (cause) {
      last = cause
    }
  }
  throw refused(last)
}

module.exports = { topPage, leaveFor, comeBack }
