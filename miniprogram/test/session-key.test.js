// SPDX-License-Identifier: MIT
/* session-key.test.js: ensureSessionKey: asked once per foreground period. */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times } = require('./support/scene')

const isCheck = (call) => call.name === 'checkSession'
const counts = (phone) => [phone.count('checkSession'), phone.count('login')]

/** A client that found its session in storage: no login in this period. */
async function restarted({ clock, client, makeClient, phone }) {
  await clock.until(client.session.login())
  phone.calls.length = 0
  return makeClient()
}

test('good key: one check for all callers, one per foreground period', scene(async (world) => {
  const { clock, phone } = world
  const { session } = await restarted(world)
  await clock.until(Promise.all(times(3, () => session.ensureSessionKey())))
  await clock.until(session.ensureSessionKey())
  assert.deepEqual(counts(phone), [1, 0])
  phone.shows.forEach((show) => show())
  await clock.until(session.ensureSessionKey())
  assert.deepEqual(counts(phone), [2, 0])
}))

for (const [name, answer] of [
  ['stale', (call) => call.fail('session time out')],
  ['silent', () => {}],
  ['throwing', () => {
    throw new Error('boom')
  }]
]) {
  test(`${name} checkSession: refreshed, which counts as checked`, scene(async (world) => {
    const { clock, phone } = world
    const { session } = await restarted(world)
    phone.once(isCheck, answer)
    await clock.until(Promise.all(times(3, () => session.ensureSessionKey())))
    await clock.until(session.ensureSessionKey())
    assert.deepEqual(counts(phone), [1, 1])
  }))
}

test('a failed refresh is not kept', scene(async (world) => {
  const { clock, phone, backend } = world
  const { session } = await restarted(world)
  phone.rules.push((call) => isCheck(call) && (call.fail('stale'), true))
  backend.fault('/wx/onlogin', 'BUSY')
  assert.equal(await clock.until(outcome(session.ensureSessionKey())), 'BUSY')
  await clock.until(session.ensureSessionKey())
  assert.deepEqual(counts(phone), [2, 2])
}))

test('without a session it logs in, which counts as checked', scene(async ({ clock, client, phone }) => {
  await clock.until(Promise.all(times(2, () => client.session.ensureSessionKey())))
  await clock.until(client.session.ensureSessionKey())
  assert.deepEqual(counts(phone), [0, 1])
}))

test('any login counts; a login while the check runs spares the refresh', scene(async (world) => {
  const { clock, phone } = world
  const { session } = await restarted(world)
  const held = phone.hold(isCheck)
  const check = session.ensureSessionKey()
  await clock.settle()
  await clock.until(session.refreshLogin())
  held[0].fail('stale')
  await clock.until(check)
  assert.deepEqual(counts(phone), [1, 1])
}))

test('logout while the check runs: ABORTED, nobody logs in', scene(async (world) => {
  const { clock, phone } = world
  const { session } = await restarted(world)
  const held = phone.hold(isCheck)
  const check = outcome(session.ensureSessionKey())
  await clock.settle()
  session.clearSession()
  held[0].fail('stale')
  assert.equal(await clock.until(check), 'ABORTED')
  assert.deepEqual(counts(phone), [1, 0])
}))

test('a platform without onAppShow: checked once', scene(async ({ clock, client, makeClient, phone }) => {
  await clock.until(client.session.login())
  const { session } = makeClient({ wx: Object.assign({}, phone.wx, { onAppShow: undefined }) })
  await clock.until(session.ensureSessionKey())
  await clock.until(session.ensureSessionKey())
  assert.equal(phone.count('checkSession'), 1)
}))
