// SPDX-License-Identifier: MIT
/*
 * faults.test.js: what went wrong in the field, one claim per test.  The
 * claims about components are in component-faults.test.js.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')

const Fly = require('flyio/dist/npm/wx')

// ---- flyio with handlers that are none

for (const [how, use] of [
  ['response.use(null, onerror)', (fly) => fly.interceptors.response.use(null, (error) => Promise.reject(error))],
  ['response.use(handler, null)', (fly) => fly.interceptors.response.use((reply) => reply, null)],
  ['response.use(false, 0)', (fly) => fly.interceptors.response.use(false, 0)],
  ['request.use(null)', (fly) => fly.interceptors.request.use(null)]
]) {
  test(`attachFly: with ${how} a reply is the reply and an error is an error`, scene(async ({ clock, phone, sdk, client, backend }) => {
    globalThis.wx = phone.wx
    const fly = new Fly()
    fly.config.baseURL = BASE
    sdk.attachFly(fly, client)
    use(fly)
    const reply = await clock.until(fly.get('/app/x'))
    assert.equal(reply && reply.data.code, 'OK')
    assert.equal(phone.calls.at(-1).options.header.Authorization, 'Bearer ' + client.session.getToken())
    backend.fault('/app/x', 'NOT_FOUND')
    const error = await clock.until(fly.get('/app/x').then((value) => ({ value }), (e) => e))
    delete globalThis.wx
    assert.equal(error.status, 404)
  }))
}

// ---- hooks

const picture = { nickname: '小明', avatarUrl: 'wxfile://tmp_1.png' }

test('a hook uploadAvatar that never answers ends in TIMEOUT after uploadTimeout', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ uploadTimeout: 30000, hooks: { uploadAvatar: () => new Promise(() => {}) } })
  await clock.until(client.session.login())
  const began = clock.time
  const error = await clock.until(client.session.updateUser(picture).catch((e) => e))
  assert.deepEqual([error.name, error.code, error.field, clock.time - began], ['MpAuthError', 'TIMEOUT', 'uploadAvatar', 30000])
}))

test('what a hook uploadAvatar throws or rejects with is the cause of an MpAuthError', scene(async ({ clock, makeClient }) => {
  const mine = new Error('disk full')
  for (const uploadAvatar of [() => Promise.reject(mine), () => {
    throw mine
  }]) {
    const error = await clock.until(makeClient({ hooks: { uploadAvatar } }).session.updateUser(picture).catch((e) => e))
    assert.deepEqual([error.name, error.code, error.field, error.cause], ['MpAuthError', 'HOOK_FAILED', 'uploadAvatar', mine])
  }
}))

test('an MpAuthError of the hook passes as it is', scene(async ({ clock, makeClient, sdk }) => {
  const busy = new sdk.MpAuthError('BUSY', 'later')
  const client = makeClient({ hooks: { uploadAvatar: () => Promise.reject(busy) } })
  assert.equal(await clock.until(client.session.updateUser(picture).catch((e) => e)), busy)
}))

test('a hook uploadAvatar that gives no https address fails before the server is asked', scene(async ({ clock, makeClient, backend }) => {
  for (const answer of [undefined, '', 'http://cdn.example/a.png', { url: 'https://cdn.example/a.png' }]) {
    const client = makeClient({ hooks: { uploadAvatar: () => Promise.resolve(answer) } })
    assert.equal(await clock.until(outcome(client.session.updateUser(picture))), 'HOOK_FAILED', String(answer))
  }
  assert.equal(backend.count('/wx/updateuser'), 0)
}))

test('a hook or ui callback that rejects is dropped without an unhandled rejection', scene(async ({ clock, makeClient }) => {
  const unhandled = []
  const note = (error) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const rejects = () => Promise.reject(new Error('mine'))
  const client = makeClient({
    hooks: { onLogin: rejects, onLogout: rejects, onRefresh: rejects, log: rejects },
    ui: { refreshStart: rejects, refreshEnd: rejects, retap: rejects }
  })
  await clock.until(client.session.refreshLogin())
  await clock.until(client.session.logout())
  await clock.settle()
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
}))

// ---- the fuse and the phone's clock

const loginsOf = (phone) => phone.count('login')

/** Blows the fuse: three refreshes that lead nowhere, and a fourth that is refused. */
async function blow({ clock, client, backend }) {
  await clock.until(client.get('/app/x'))
  backend.useless = true
  for (let i = 0; i < 3; i++) await clock.until(outcome(client.get('/app/x')))
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'FUSE_OPEN')
  backend.useless = false
  backend.expire()
}

for (const hours of [1, 24 * 365]) {
  test(`a clock set back ${hours} h while the fuse is open does not keep it open`, scene(async (world) => {
    await blow(world)
    world.clock.time -= hours * 3600000
    assert.equal((await world.clock.until(world.client.get('/app/x'))).statusCode, 200)
    assert.equal(world.client.session.guards().retryAfter, 0)
  }))
}

test('a clock set back by less than restoreTime keeps the fuse open for restoreTime at most', scene(async (world) => {
  await blow(world)
  world.clock.time -= 1000
  await world.clock.tick(5000)
  assert.ok(world.client.session.guards().retryAfter <= 5000)
  await world.clock.tick(1000)
  assert.equal((await world.clock.until(world.client.get('/app/x'))).statusCode, 200)
}))

test('a refresh that led nowhere counts for restoreTime x 12 and no longer', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.useless = true
  for (let i = 0; i < 6; i++) {
    assert.equal(await clock.until(outcome(client.get('/app/x'))), 'AUTH_INVALID', `refresh ${i}`)
    await clock.tick(31000) // two others within the last minute at most
  }
  for (let i = 0; i < 2; i++) await clock.until(outcome(client.get('/app/x')))
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'FUSE_OPEN')
  assert.ok(client.session.guards().attempts <= 3)
  assert.ok(loginsOf(phone) <= 10)
}))

test('a clock set back does not make refreshes of before count for longer', scene(async ({ clock, client, backend }) => {
  await clock.until(client.session.login())
  backend.useless = true
  for (let i = 0; i < 2; i++) await clock.until(outcome(client.get('/app/x')))
  clock.time -= 3600000
  assert.equal(client.session.guards().attempts, 2)
  await clock.tick(61000)
  assert.equal(client.session.guards().attempts, 0)
}))
