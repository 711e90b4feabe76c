// SPDX-License-Identifier: MIT
/*
 * fly.test.js: attachFly: flyio and client.request share one session.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')

const Fly = require('flyio/dist/npm/wx')

/** A scene with a flyio instance that talks to the same phone. */
const flyScene = (run, prepare = () => {}) => scene(async (world) => {
  globalThis.wx = world.phone.wx
  const fly = new Fly()
  fly.config.baseURL = BASE
  prepare(fly)
  const detach = world.sdk.attachFly(fly, world.client)
  await run(Object.assign({ fly, detach }, world)).then(() => delete globalThis.wx)
})

test('5 requests with an expired session, refused by body, by HTTP status, by a proxy: one login, all succeed', flyScene(async ({ clock, fly, client, backend, phone }) => {
  await clock.until(client.get('/app/x'))
  backend.expire()
  const paths = ['/app/code200', '/app/y', '/app/proxy401', '/app/code200', '/app/z']
  const replies = await clock.until(Promise.all(paths.map((path, i) => fly.post(path, { i }))))
  assert.deepEqual(replies.map((reply) => reply.data.data.data), ['{"i":0}', '{"i":1}', '{"i":2}', '{"i":3}', '{"i":4}'])
  assert.equal(phone.count('login'), 2)
}))

test('fly and client.request at once: one login for both, none is sent without a token', flyScene(async ({ clock, fly, client, phone, backend }) => {
  await clock.until(Promise.all([...times(3, () => fly.get('/app/x')), ...times(3, () => client.get('/app/y'))]))
  assert.equal(phone.count('login'), 1)
  assert.ok(backend.log.every((entry) => entry.code === 'OK'))
}))

test('needLogin, whitelist and origin as in client.request', flyScene(async ({ clock, fly, phone, client }) => {
  const tokenOf = () => phone.calls.at(-1).options.header.Authorization
  await clock.until(fly.get('/public/x'))
  assert.equal(tokenOf(), undefined)
  const refused = await clock.until(fly.get('/app/x', null, { needLogin: false }).catch((error) => error))
  assert.deepEqual([refused.status, tokenOf(), phone.count('login')], [401, undefined, 0])
  await clock.until(fly.get('https://cdn.example/app/x').catch(() => {}))
  assert.equal(tokenOf(), undefined)
  await clock.until(fly.get('/public/x', null, { needLogin: true }))
  assert.equal(tokenOf(), 'Bearer ' + client.session.getToken())
}))

test('refused twice: the server\'s code, by both of flyio\'s handlers; replay: false at once', flyScene(async ({ clock, fly, backend }) => {
  backend.useless = true
  assert.equal(await clock.until(outcome(fly.get('/app/x'))), 'AUTH_INVALID')
  assert.equal(await clock.until(outcome(fly.get('/app/code200'))), 'AUTH_INVALID')
  assert.deepEqual([backend.count('/app/x'), backend.count('/app/code200')], [2, 2])
  assert.equal(await clock.until(outcome(fly.get('/app/y', null, { replay: false }))), 'AUTH_INVALID')
  assert.equal(backend.count('/app/y'), 1)
}))

test('the instance\'s own interceptors, set before: once per request, also when it is repeated', flyScene(async ({ clock, fly, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const reply = await clock.until(fly.get('/app/x'))
  assert.equal(reply, 'own result OK')
  assert.equal(fly.seen.join(), 'request,response')
  assert.equal(phone.calls.at(-1).options.header['X-Mine'], '1')
}, (fly) => {
  fly.seen = []
  fly.interceptors.request.use((options) => {
    fly.seen.push('request')
    options.headers['X-Mine'] = '1'
    return options
  })
  fly.interceptors.response.use((reply) => {
    fly.seen.push('response')
    return 'own result ' + reply.data.code
  })
}))

test('own interceptors set after attaching do not push ours out', flyScene(async ({ clock, fly, phone, client }) => {
  let seen = 0
  fly.interceptors.request.use(() => {
    seen++
  })
  await clock.until(fly.get('/app/x'))
  assert.equal(seen, 1)
  assert.equal(phone.calls.at(-1).options.header.Authorization, 'Bearer ' + client.session.getToken())
}))

test('own error handler: called once, also when it throws at once; its value is the result', flyScene(async ({ clock, fly, backend }) => {
  let called = 0
  fly.interceptors.response.use(null, () => {
    called++
    throw new Error('mine')
  })
  backend.fault('/app/x', 'BUSY')
  assert.equal((await clock.until(outcome(fly.get('/app/x')))).message, 'mine')
  assert.equal(called, 1)
  fly.interceptors.response.use(null, () => 'instead')
  backend.fault('/app/x', 'BUSY')
  assert.equal(await clock.until(fly.get('/app/x')), 'instead')
}))

test('an error of the network or of the server passes unchanged', flyScene(async ({ clock, fly, client, phone, backend }) => {
  await clock.until(client.session.login())
  backend.fault('/app/x', 'BUSY')
  const statusOf = (promise) => promise.then(() => 'resolved', (error) => error.status)
  assert.equal(await clock.until(statusOf(fly.get('/app/x'))), 503)
  phone.offline = true
  assert.equal(await clock.until(statusOf(fly.get('/app/x'))), 0)
  assert.equal(phone.count('login'), 1)
}))

test('DECRYPT_WX_OPEN_DATA_FAIL: retap, as in client.request', flyScene(async ({ clock, fly, phone }) => {
  const error = await clock.until(fly.post('/app/decrypt', {}).catch((e) => e))
  assert.equal(error.userAction, 'retap')
  assert.equal(phone.count('login'), 2)
}))

test('a login that fails is the request\'s error, and nothing is left waiting', flyScene(async ({ clock, fly, client, backend }) => {
  backend.fault('/wx/onlogin', 'USER_BLOCKED')
  const ends = await clock.until(Promise.all(times(3, () => outcome(fly.get('/app/x')))))
  assert.deepEqual(ends, ['USER_BLOCKED', 'USER_BLOCKED', 'USER_BLOCKED'])
  await clock.until(client.session.login())
  assert.equal((await clock.until(fly.get('/app/x'))).status, 200)
}))

test('its requests are evidence for the fuse', flyScene(async ({ clock, fly, backend, phone }) => {
  for (let i = 0; i < 8; i++) {
    await clock.until(fly.get('/app/x'))
    backend.expire()
  }
  assert.equal(phone.count('login'), 8)
}))

test('detach: flyio is as before, with the interceptors it has by then', flyScene(async ({ clock, fly, detach, phone }) => {
  const own = () => {}
  fly.interceptors.request.use(own)
  detach()
  assert.equal(fly.interceptors.request.handler, own)
  await clock.until(outcome(fly.get('/app/x')))
  assert.equal(phone.calls.at(-1).options.header.Authorization, undefined)
  const later = () => {}
  fly.interceptors.request.use(later)
  assert.equal(fly.interceptors.request.handler, later)
}))

test('what is no client or no flyio is BAD_CONFIG', scene(async ({ sdk, client }) => {
  assert.throws(() => sdk.attachFly({}, client), { code: 'BAD_CONFIG', field: 'fly' })
  assert.throws(() => sdk.attachFly(new Fly(), {}), { code: 'BAD_CONFIG', field: 'client' })
}))
