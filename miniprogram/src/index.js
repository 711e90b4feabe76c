// SPDX-License-Identifier: MIT
/*
 * index.js: what `require('wxlogin-miniprogram')` gives.
 *
 * The default client is what the exported mustAuth and withAuth and the
 * components use.  They look it up when they are called: a page may be read
 * before app.js has run.
 *
 * There may be several copies of this package in a mini program (sub-packages,
 * a framework's bundle): the client is left on the platform's object, under a
 * symbol that all copies know, for those that were given none.
 */
'use strict'

const { createClient } = require('./client')
const { badConfig } = require('./config')
const { isClient } = require('./parts')
const { MpAuthError } = require('./errors')
const { Status } = require('./status')
const { AuthStep } = require('./auth-step')
const { guard, decorator } = require('./guard')
const { attachFly } = require('./later')

/** @typedef {import('../types').Client} Client */
/** @typedef {import('../types').MustAuthOptions} MustAuthOptions */

const SHARED = Symbol.for('wxlogin.client')

/** @type {Client | null} */
let defaultClient = null

/** Where the copies meet; nothing outside the platform. @returns {{[SHARED]?: Client}} */
const meetingPlace = () => (typeof wx === 'object' && wx ? /** @type {object} */ (wx) : {})

/**
 * Says whose mustAuth the exported mustAuth and withAuth are.
 * @param {Client} client of createClient
 */
function setDefaultClient(client) {
  if (!isClient(client)) throw badConfig('client')
  defaultClient = client
  try {
    meetingPlace()[SHARED] = client
  } catch (frozen) {
    // Then every copy has to be told.
  }
}

/** What setDefaultClient was given, to this copy or another; BAD_CONFIG before. */
function getDefaultClient() {
  const client = defaultClient || meetingPlace()[SHARED]
  if (!client) throw badConfig('client')
  return client
}

/** @param {MustAuthOptions} [options] */
async function mustAuthByDefault(options) {
  return getDefaultClient().auth.mustAuth(options)
}

/**
 * Decorator for methods of classes, in both dialects.
 * @param {MustAuthOptions} [options] of auth.mustAuth
 */
function mustAuth(options) {
  return decorator(() => mustAuthByDefault(options))
}

/**
 * The same for functions of object literals.
 * @template {import('../types').Callable} F
 * @param {MustAuthOptions} options of auth.mustAuth
 * @param {F} fn
 */
function withAuth(options, fn) {
  return guard(() => mustAuthByDefault(options), fn)
}

/** The published design's names. */
const AuthDisplayMode = Object.freeze({ POPUP: 'popup', PAGE: 'page' })
const AuthStepType = AuthStep

module.exports = {
  createClient, setDefaultClient, getDefaultClient, mustAuth, withAuth, attachFly, Status, AuthStep, AuthStepType, AuthDisplayMode, MpAuthError
}
