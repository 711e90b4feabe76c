// SPDX-License-Identifier: MIT
/*
 * url.js: where a request goes.  The base library has no URL class.
 *
 *   resolve(base, url)   absolute URLs as they are, all else below base
 *   originOf(url)        scheme and authority, lower case, without the default port
 *   pathOf(url)          path with query
 *
 * The authority ends at the first / ? or # and nowhere else: whatever odd
 * character stands in it ("https://shop.example\@evil.example") makes another
 * origin, so that no reading of the URL sends a token to a stranger.
 */
'use strict'

const ABSOLUTE = /^(https?):\/\/([^/?#]*)([^]*)$/i
const DEFAULT_PORT = /** @type {{[scheme: string]: RegExp}} */ ({ http: /:80$/, https: /:443$/ })

/**
 * @param {string} base
 * @param {string} url
 */
function resolve(base, url) {
  if (ABSOLUTE.test(url)) return url
  return base + (url.charAt(0) === '/' ? '' : '/') + url
}

/** @param {string} url */
function originOf(url) {
  const parts = ABSOLUTE.exec(url)
  if (!parts) return ''
  const scheme = parts[1].toLowerCase()
  return scheme + '://' + parts[2].toLowerCase().replace(DEFAULT_PORT[scheme], '')
}

/** @param {string} url */
function pathOf(url) {
  const parts = ABSOLUTE.exec(url)
  const path = parts ? parts[3] : url
  return path.charAt(0) === '/' ? path : '/' + path
}

module.exports = { resolve, originOf, pathOf }
