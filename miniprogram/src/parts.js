// SPDX-License-Identifier: MIT
/*
 * parts.js: the parts behind a client, for the adapters and for other clients.
 *
 *   withParts(client, parts)   the client, marked as one
 *   partsOf(client)            its parts; nothing when another copy made it
 *   isClient(value)            of this copy of the package, or of another
 *
 * The mark is a symbol that every copy knows: a client of one (a sub-package, a
 * framework's bundle) is a client to all.  The parts are this copy's business:
 * another may be of another version.
 */
'use strict'

/** @typedef {import('../types/parts').Parts} Parts */

const MARK = Symbol.for('wxlogin.isClient')

/** @type {WeakMap<object, Parts>} */
const known = new WeakMap()

/**
 * @template {object} T
 * @param {T} client
 * @param {Parts} parts
 * @returns {T}
 */
function withParts(client, parts) {
  known.set(client, parts)
  return Object.defineProperty(client, MARK, { value: true })
}

/** @param {unknown} client @returns {Parts | undefined} */
const partsOf = (client) => known.get(/** @type {object} */ (client))

/** @param {unknown} value */
const isClient = (value) => Boolean(value && /** @type {{[MARK]?: boolean}} */ (value)[MARK])

module.exports = { withParts, partsOf, isClient }
