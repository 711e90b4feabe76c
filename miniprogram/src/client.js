// SPDX-License-Identifier: MIT
/*
 * client.js: puts the parts together; the only file that knows them all.
 *
 * Every part gets what it uses by argument, none requires another's instance:
 * there is no circle between session and requests.
 *
 * A client that shares the session of another has requests of its own, and all
 * else is the other's: also the limit of what is on the wire at once.
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
const { createAccount, createAuth, createSocket } = require('./later')
const { DONE } = require('./auth-step')
const { createUi, createHooks } = require('./notices')
const { withParts, partsOf } = require('./parts')

/** @typedef {import('../types/parts').Parts} Parts */
/** @typedef {import('../types/parts').Asked} Asked */

/** Members that are made when they are used for the first time. */
const ACCOUNT = ['updateUser', 'updatePhone', 'bindPhone', 'unbindPhone', 'refreshUser', 'list', 'logout']
const AUTH = ['currentStep', 'getAuthStep', 'missing', 'nextStep', 'mustAuth', 'withAuth', 'backFromAuth']

/**
 * @template T
 * @param {() => T} make
 * @returns {() => T} makes it the first time, gives the same ever after
 */
function once(make) {
  /** @type {{value: T} | undefined} */
  let made
  return () => (made || (made = { value: make() })).value
}

/**
 * @param {string[]} names of methods
 * @param {() => object} get whose they are
 */
function late(names, get) {
  /** @type {{[name: string]: Function}} */
  const api = {}
  for (const name of names) api[name] = (/** @type {unknown[]} */ ...args) => /** @type {{[name: string]: Function}} */ (get())[name](...args)
  return api
}

/** @param {import('../types/parts').Settings} config */
function createParts(config) {
  const hooks = createHooks(config)
  const parts = /** @type {Parts} */ (/** @type {unknown} */ ({
    config,
    hooks,
    ui: createUi(config),
    scope: createScope(config),
    status: { login: new Status('login'), auth: new Status('auth') },
    platform: createPlatform(config),
    store: createStore(config, (event, error) => hooks.log('warn', event, { error: String(error) }))
  }))
  parts.session = createSession(parts)
  parts.requests = createRequests(parts)
  const account = once(() => createAccount(parts))
  const auth = once(() => createAuth(parts, account()))
  parts.api = /** @type {Parts['api']} */ (/** @type {unknown} */ ({
    session: Object.assign(sessionApi(parts), late(ACCOUNT, account)),
    auth: Object.assign({ steps: config.steps }, late(AUTH, auth)),
    status: parts.status
  }))
  return parts
}

/** The parts of another client, but for what belongs to requests. @param {import('../types/parts').Settings} config @param {Parts} other */
function shareParts(config, other) {
  const parts = Object.assign({}, other, { config, scope: createScope(config) })
  parts.requests = createRequests(parts)
  return parts
}

/** @param {Parts} parts */
function sessionApi({ session, platform, hooks }) {
  const has = (/** @type {string} */ what) => () => DONE[what](session.user())
  return {
    login: session.login,
    ensureLogin: () => session.login({ auto: true }),
    refreshLogin: session.refreshLogin,
    ensureSessionKey: createSessionKey(session, platform, hooks),
    getToken: session.token,
    guards: session.guards,
    getUser: session.user,
    hasUser: has('user'),
    hasPhone: has('phone'),
    hasUnionId: has('unionid'),
    onChange: session.onChange,
    resume: session.resume,
    clearSession: () => void session.forget('clear')
  }
}

/** @param {Parts} parts */
function requestApi(parts) {
  const { requests } = parts
  const connect = once(() => createSocket(parts))
  const verb = (/** @type {string} */ method) => (/** @type {string} */ url, /** @type {unknown} */ data, /** @type {Partial<Asked>} */ options) =>
    requests.request(Object.assign({}, options, { url, data, method }))
  return {
    request: requests.request,
    get: verb('GET'),
    post: verb('POST'),
    put: verb('PUT'),
    delete: verb('DELETE'),
    uploadFile: requests.uploadFile,
    downloadFile: requests.downloadFile,
    connectSocket: (/** @type {Asked} */ options) => connect()(options)
  }
}

/**
 * Everything hangs off the client that this returns: session, requests, auth,
 * status.  Nothing is sent before the first call of one of them.
 * @param {import('../types').Config} given throws BAD_CONFIG when it is wrong
 * @returns {import('../types').Client}
 */
function createClient(given) {
  const config = readConfig(given)
  const other = partsOf(config.share)
  const parts = other ? shareParts(config, other) : createParts(config)
  const client = Object.assign(requestApi(parts), parts.api, { texts: config.texts })
  return withParts(/** @type {import('../types').Client} */ (/** @type {unknown} */ (client)), parts)
}

module.exports = { createClient }
