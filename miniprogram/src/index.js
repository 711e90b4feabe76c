// SPDX-License-Identifier: MIT
/*
 * index.js: what `require('wxlogin-miniprogram')` gives.
 *
 * The default client is what the exported mustAuth and withAuth and the
 * components use.  They look it up when they are called: a page may be read
 * before app.js has run.
 */
'use strict'

const { createClient, partsOf } = require('./client')
const { badConfig } = require('./config')
const { MpAuthError } = require('./errors')
const { Status } = require('./status')
const { AuthStep } = require('./auth-step')
const { guard, decorator } = require('./guard')
const { attachFly } = require('./fly')

/** @type {any} */
let defaultClient = null

/**
 * Says whose mustAuth the exported mustAuth and withAuth are.
 * @param {any} client of createClient
 */
function setDefaultClient(client) {
  if (!partsOf.has(client)) throw badConfig('client')
  defaultClient = client
}

/** What setDefaultClient was given; BAD_CONFIG before. */
function getDefaultClient() {
  if (!defaultClient) throw badConfig('client')
  return defaultClient
}

/** @param {any} options */
async function mustAuthByDefault(options) {
  return getDefaultClient().auth.mustAuth(options)
}

/**
 * Decorator for methods of classes, in both dialects.
 * @param {any} [options] of auth.mustAuth
 */
function mustAuth(options) {
  return decorator(() => mustAuthByDefault(options))
}

/**
 * The same for functions of object literals.
 * @param {any} options of auth.mustAuth
 * @param {Function} fn
 */
function withAuth(options, fn) {
  return guard(() => mustAuthByDefault(options), fn)
}

module.exports = { createClient, setDefaultClient, getDefaultClient, mustAuth, withAuth, attachFly, Status, AuthStep, MpAuthError }
