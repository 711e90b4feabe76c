// SPDX-License-Identifier: MIT
/*
 * scope.js: which requests get the token, and under which header.
 *
 *   needsLogin(options, url)   by option, origin, whitelist, in this order
 *   withToken(header, token)   a copy with the token in it
 *
 * Another origin never gets the token unless the caller says needLogin: true.
 * onlogin never gets one: it is how one comes to a token.
 */
'use strict'

const { originOf, pathOf } = require('./url')

/**
 * @param {any} entry of the whitelist
 * @param {string} path with query
 * @param {any} options of the request
 */
function matches(entry, path, options) {
  if (typeof entry === 'string') return path.indexOf(entry) === 0
  if (typeof entry === 'function') return entry(options)
  return path.search(entry) >= 0 // unlike test(), blind to lastIndex
}

/** @param {any} config */
function createScope({ baseURL, paths, whitelist, tokenHeader }) {
  const lowerName = tokenHeader.toLowerCase()

  return {
    /**
     * @param {any} options of the request
     * @param {string} url absolute
     * @returns {boolean}
     */
    needsLogin(options, url) {
      if (url.split(/[?#]/)[0] === baseURL + paths.login) return false
      if (typeof options.needLogin === 'boolean') return options.needLogin
      if (originOf(url) !== originOf(baseURL)) return false
      return !whitelist.some((/** @type {any} */ entry) => matches(entry, pathOf(url), options))
    },

    /**
     * @param {{[name: string]: string} | undefined} header
     * @param {string} token
     */
    withToken(header, token) {
      /** @type {{[name: string]: string}} */
      const copy = Object.assign({}, header)
      // Two spellings of one header reach the server as one malformed value.
      for (const other of Object.keys(copy)) {
        if (other.toLowerCase() === lowerName) delete copy[other]
      }
      copy[tokenHeader] = (lowerName === 'authorization' ? 'Bearer ' : '') + token
      return copy
    }
  }
}

module.exports = { createScope }
