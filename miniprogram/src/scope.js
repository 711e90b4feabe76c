// SPDX-License-Identifier: MIT
/*
 * scope.js: which requests get the token and the default headers, and under
 * which name.
 *
 *   needsLogin(options, url)     by option, origin, whitelist, in this order
 *   withToken(header, token)     a copy with the token in it
 *   withDefaults(options, url)   its headers with the default ones
 *
 * Another origin than baseURL's and those of `origins` never gets the token
 * unless the caller says needLogin: true, nor any default header.  onlogin
 * never gets a token: it is how one comes to one.
 */
'use strict'

const { originOf, pathOf } = require('./url')

/** @typedef {import('../types/parts').Asked} Asked */
/** @typedef {{[name: string]: string} | undefined} Header */

/**
 * @param {import('../types/parts').Settings['whitelist'][number]} entry
 * @param {string} path with query
 * @param {Asked} options of the request
 */
function matches(entry, path, options) {
  if (typeof entry === 'string') return path.indexOf(entry) === 0
  if (typeof entry === 'function') return entry(/** @type {import('../types').RequestOptions} */ (options))
  return path.search(entry) >= 0 // unlike test(), blind to lastIndex
}

/**
 * Two spellings of one header reach the server as one malformed value.
 * @param {Header} header
 * @param {Header} more counts
 */
function merged(header, more) {
  /** @type {{[name: string]: string}} */
  const copy = Object.assign({}, header)
  const names = Object.keys(more || {}).map((name) => name.toLowerCase())
  for (const name of Object.keys(copy)) {
    if (names.indexOf(name.toLowerCase()) >= 0) delete copy[name]
  }
  return Object.assign(copy, more)
}

/** @param {import('../types/parts').Settings} config */
function createScope({ baseURL, paths, whitelist, tokenHeader, origins, header: defaults }) {
  const own = origins.concat(baseURL).map(originOf)
  const isOwn = (/** @type {string} */ url) => own.indexOf(originOf(url)) >= 0

  return {
    /**
     * @param {Asked} options of the request
     * @param {string} url absolute
     * @returns {boolean}
     */
    needsLogin(options, url) {
      if (url.split(/[?#]/)[0] === baseURL + paths.login) return false
      if (typeof options.needLogin === 'boolean') return options.needLogin
      return isOwn(url) && !whitelist.some((entry) => matches(entry, pathOf(url), options))
    },

    /** @param {Header} header @param {string} token */
    withToken: (header, token) => merged(header, { [tokenHeader]: (/^authorization$/i.test(tokenHeader) ? 'Bearer ' : '') + token }),

    /**
     * @param {Asked} options
     * @param {string} url absolute
     * @returns {Header}
     */
    withDefaults(options, url) {
      if (!defaults || !isOwn(url)) return options.header
      return merged(typeof defaults === 'function' ? defaults(/** @type {import('../types').RequestOptions} */ (options)) : defaults, options.header)
    }
  }
}

module.exports = { createScope }
