// SPDX-License-Identifier: MIT
/* config.test.js: what createClient accepts; a row per setting and reason. */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const sdk = require('./support/sdk')

const good = { baseURL: 'https://shop.example', wx: {} }
const make = (config) => sdk.createClient(Object.assign({}, good, config))

const WRONG = [
  ['baseURL', { baseURL: undefined }], ['baseURL', { baseURL: '/api' }], ['baseURL', { baseURL: 'ftp://x' }],
  ['baseURL', { baseURL: 'https://' }], ['baseURL', { baseURL: 'https://a?b' }], ['baseURL', { baseURL: 'https://u@a' }],
  ['baseURL', { baseURL: null }],
  ['paths', { paths: 'x' }], ['paths.login', { paths: { login: 'wx' } }], ['paths.unbindPhone', { paths: { unbindPhone: 1 } }],
  ['whitelist', { whitelist: '/public' }], ['whitelist', { whitelist: [1] }], ['whitelist', { whitelist: [''] }],
  ['tokenHeader', { tokenHeader: 'X Y' }], ['tokenHeader', { tokenHeader: '' }],
  ['maxConcurrent', { maxConcurrent: 0 }], ['maxConcurrent', { maxConcurrent: 11 }], ['maxConcurrent', { maxConcurrent: '8' }],
  ['timeout', { timeout: 0 }], ['timeout', { timeout: Infinity }], ['timeout', { timeout: NaN }],
  ['refresh', { refresh: 3 }], ['refresh.maxTries', { refresh: { maxTries: 0 } }], ['refresh.restoreTime', { refresh: { restoreTime: -1 } }],
  ['refresh.maxQueue', { refresh: { maxQueue: 1.5 } }],
  ['steps', { steps: ['user'] }], ['steps', { steps: ['user', 'user'] }], ['steps', { steps: ['user', 'email'] }],
  ['authPage', { authPage: 'pages/auth' }], ['appid', { appid: '' }], ['appid', { appid: 7 }],
  ['ui', { ui: 'loud' }], ['ui', { ui: { retap: 1 } }], ['ui', { ui: null }],
  ['storage', { storage: {} }], ['codeOf', { codeOf: 'code' }], ['hooks', { hooks: { log: 1 } }], ['hooks', { hooks: [] }],
  ['wx', { wx: 'wx' }], ['wx', { wx: undefined }]
]

for (const [field, config] of WRONG) {
  test(`BAD_CONFIG: ${JSON.stringify(config)} names ${field}`, () => {
    assert.throws(() => make(config), (error) => error instanceof sdk.MpAuthError && error.code === 'BAD_CONFIG' && error.field === field)
  })
}

test('BAD_CONFIG: no configuration at all', () => {
  assert.throws(() => sdk.createClient(), { code: 'BAD_CONFIG' })
})

test('unknown keys are ignored, undefined means the default', () => {
  make({ colour: 'blue', timeout: undefined, refresh: { maxTries: undefined } })
})

test('every allowed value is allowed', () => {
  const nothing = () => {}
  make({
    baseURL: 'http://127.0.0.1:8080/api/', paths: { login: '/a' }, whitelist: ['/p', /^\/q/, nothing], tokenHeader: 'X-Auth-Token',
    maxConcurrent: 10, timeout: 1, refresh: { maxTries: 1, restoreTime: 1, maxQueue: 0 }, steps: ['phone', 'user'], authPage: '/p/a',
    appid: 'wx1', ui: { retap: nothing }, storage: { get: nothing, set: nothing, clear: nothing }, codeOf: nothing, hooks: { log: nothing, uploadAvatar: undefined }
  })
})

test('the global wx is used when none is given', () => {
  globalThis.wx = {}
  try {
    make({ wx: undefined })
  } finally {
    delete globalThis.wx
  }
})

test('the client and the exports have the documented shape', () => {
  assert.deepEqual(Object.keys(sdk).sort(), [
    'AuthDisplayMode', 'AuthStep', 'AuthStepType', 'MpAuthError', 'Status', 'attachFly', 'createClient', 'getDefaultClient', 'mustAuth', 'setDefaultClient', 'withAuth'])
  const client = make()
  assert.deepEqual(Object.keys(client).sort(), [
    'auth', 'connectSocket', 'delete', 'downloadFile', 'get', 'post', 'put', 'request', 'session', 'status', 'texts', 'uploadFile'])
  assert.deepEqual(Object.keys(client.auth).sort(), ['backFromAuth', 'currentStep', 'getAuthStep', 'missing', 'mustAuth', 'nextStep', 'steps', 'withAuth'])
  assert.deepEqual(Object.keys(client.status).sort(), ['auth', 'login'])
  assert.deepEqual(Object.keys(client.session).sort(), [
    'bindPhone', 'clearSession', 'ensureLogin', 'ensureSessionKey', 'getToken', 'getUser', 'guards', 'hasPhone', 'hasUnionId', 'hasUser',
    'list', 'login', 'logout', 'onChange', 'refreshLogin', 'refreshUser', 'resume', 'unbindPhone', 'updatePhone', 'updateUser'])
  assert.deepEqual(sdk.AuthStep, { ONE: 1, TWO: 2, THREE: 3 })
})
