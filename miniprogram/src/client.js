// SPDX-License-Identifier: MIT
/*
 * client.js: puts the parts together; the only file that knows them all.
 *
 * Every part gets what it uses by argument, none requires another's instance:
 * there is no circle between session and requests.
 */
'use strict'

const { readConfig } = require('./config')
const { createPlatform } = require('./platform')
const { createStore } = require('./store')
const { Status } = require('./status')
const { createSession } = require('./session')
const { createSessionKey } = require('./session-key')
const { createScope } = require('./scope')
const { createRequests } = require('./requests')
const { createAccount } = require('./account')
const { createAuth } = require('./auth')
const { hasUser, hasPhone } = require('./auth-step')
const { createUi, createHooks } = require('./notices')

/** The parts behind a client, for the adapters. @type {WeakMap<object, any>} */
const partsOf = new WeakMap()

/** @param {any} config as readConfig gives it */
function createParts(config) {
  const hooks = createHooks(config)
  /** @type {any} */
  const parts = {
    config,
    hooks,
    ui: createUi(config),
    scope: createScope(config),
    status: { login: new Status('login'), auth: new Status('auth') },
    platform: createPlatform(config),
    store: createStore(config, (event, error) => hooks.log('warn', event, { error: String(error) }))
  }
  parts.session = createSession(parts)
  parts.requests = createRequests(parts)
  parts.account = createAccount(parts)
  return parts
}

/** @param {any} parts */
function sessionApi({ session, account, platform }) {
  return Object.assign({
    login: session.login,
    ensureLogin: () => session.login({ auto: true }),
    refreshLogin: session.refreshLogin,
    ensureSessionKey: createSessionKey(session, platform),
    getToken: session.token,
    guards: session.guards,
    getUser: session.user,
    hasUser: () => hasUser(session.user()),
    hasPhone: () => hasPhone(session.user()),
    clearSession: () => void session.forget('clear')
  }, account)
}

/** @param {any} parts */
function requestApi({ requests }) {
  const verb = (/** @type {string} */ method) => (/** @type {string} */ url, /** @type {any} */ data, /** @type {any} */ options) =>
    requests.request(Object.assign({}, options, { url, data, method }))
  return {
    request: requests.request,
    get: verb('GET'),
    post: verb('POST'),
    put: verb('PUT'),
    delete: verb('DELETE'),
    uploadFile: requests.uploadFile,
    downloadFile: requests.downloadFile
  }
}

/**
 * Everything hangs off the client that this returns: session, requests, auth,
 * status.  Nothing is sent before the first call of one of them.
 * @param {import('../types').Config} given throws BAD_CONFIG when it is wrong
 * @returns {import('../types').Client}
 */
function createClient(given) {
  const parts = createParts(readConfig(given))
  const client = Object.assign(requestApi(parts), {
    session: sessionApi(parts),
    auth: createAuth(parts),
    status: parts.status
  })
  partsOf.set(client, parts)
  return client
}

module.exports = { createClient, partsOf }
