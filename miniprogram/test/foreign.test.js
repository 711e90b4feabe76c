// SPDX-License-Identifier: MIT
/*
 * foreign.test.js: clients that know nothing of this package log in and call
 * the server by themselves: our client is not the only judge of the protocol.
 * Against the server of support/server.js (WXLOGIN_URL).
 */
'use strict'

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { buildSync } = require('esbuild')
const { openServer } = require('./support/server')
const { createHttpWx } = require('./support/http-wx')

let server

before(async () => {
  server = await openServer()
  const { wx } = createHttpWx(() => server.issueCode('foreign'))
  globalThis.wx = wx
  globalThis.uni = wx
})
after(() => server.close())

const url = (name) => server.url + '/wx/' + name

/** luch-request is published as modules without extensions, for bundlers. */
function loadLuch() {
  const { outputFiles } = buildSync({
    entryPoints: [require.resolve('luch-request')], bundle: true, write: false, format: 'cjs'
  })
  const module = { exports: {} }
  new Function('module', 'exports', outputFiles[0].text)(module, module.exports)
  return module.exports.default
}

/** Each: post(name, body, header) and get(name, header) -> {status, body}. */
const CLIENTS = {
  flyio() {
    const Fly = require('flyio/dist/npm/wx')
    const fly = new Fly()
    const shape = (reply) => ({ status: reply.status, body: reply.data })
    const failed = (error) => shape(error.response)
    return {
      post: (name, body, headers) => fly.post(url(name), body, { headers }).then(shape, failed),
      get: (name, headers) => fly.get(url(name), null, { headers }).then(shape, failed)
    }
  },
  axios() {
    const axios = require('axios')
    const adapter = require('axios-miniprogram-adapter')
    const http = axios.create({ adapter: adapter.default || adapter, validateStatus: () => true })
    const shape = (reply) => ({ status: reply.status, body: reply.data })
    return {
      post: (name, body, headers) => http.post(url(name), body, { headers }).then(shape),
      get: (name, headers) => http.get(url(name), { headers }).then(shape)
    }
  },
  'luch-request'() {
    const Luch = loadLuch()
    const http = new Luch({ validateStatus: () => true })
    const shape = (reply) => ({ status: reply.statusCode, body: reply.data })
    return {
      post: (name, body, header) => http.post(url(name), body, { header }).then(shape),
      get: (name, header) => http.get(url(name), { header }).then(shape)
    }
  }
}

for (const [name, create] of Object.entries(CLIENTS)) {
  test(`${name}: login, check, profile, logout, refusal`, async () => {
    const client = create()
    const login = await client.post('onlogin', { code: await server.issueCode('foreign-' + name) }, {})
    assert.deepEqual([login.status, login.body.code], [200, 'OK'])
    const header = { Authorization: 'Bearer ' + login.body.data.token }
    const check = await client.get('checksession', header)
    assert.equal(check.body.data.userInfo.id, login.body.data.userInfo.id)
    const profile = await client.post('updateuser', { nickname: '小红' }, header)
    assert.equal(profile.body.data.userInfo.nickname, '小红')
    assert.equal((await client.post('logout', { scope: 'this' }, header)).body.data.sessionsEnded, 1)
    const refused = await client.get('checksession', header)
    assert.deepEqual([refused.status, refused.body.code], [401, 'AUTH_INVALID'])
  })

  test(`${name}: an unknown code is CODE_INVALID, a malformed one names the field`, async () => {
    const client = create()
    const unknown = await client.post('onlogin', { code: '0a1b2c3d4e5f' }, {})
    assert.deepEqual([unknown.status, unknown.body.code], [400, 'CODE_INVALID'])
    const malformed = await client.post('onlogin', { code: 'no code!' }, {})
    assert.deepEqual([malformed.status, malformed.body.code, malformed.body.field], [400, 'PARAM_INVALID', 'code'])
  })
}
