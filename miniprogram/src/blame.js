// SPDX-License-Identifier: MIT
/*
 * blame.js: is it the token's fault that a request was refused?
 *
 * A path may answer 401 for a reason of its own.  When a fresh token did not
 * help a request and is good elsewhere, its refusal says nothing about the
 * token.  A refresh that did help means that the session had expired in
 * earnest: then all is forgotten.  Pure.
 */
'use strict'

function createBlame() {
  /** The token that was accepted last. */
  let trusted = ''
  /** @type {Set<string>} requests that a fresh token did not help */
  const uncured = new Set()

  return {
    /**
     * @param {string} token
     * @param {string} request its name
     * @param {boolean} repeated after a refresh: so that was what it needed
     */
    accepted(token, request, repeated) {
      trusted = token
      uncured.delete(request)
      if (repeated) uncured.clear()
    },

    /** The token was refused: is it to blame? @param {string} token @param {string} request */
    isOn: (token, request) => token !== trusted || !uncured.has(request),

    /** A fresh token did not help. @param {string} request */
    notCured: (request) => void uncured.add(request),

    forget: () => uncured.clear()
  }
}

module.exports = { createBlame }
