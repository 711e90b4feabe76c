// SPDX-License-Identifier: MIT
/* status.test.js: Status on its own, then as client.status.login. */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome } = require('./support/scene')

const states = (status) => [status.state, status.isIng(), status.isSuccess(), status.isFail()]

test('states and questions', scene(async ({ sdk }) => {
  const status = new sdk.Status('x')
  assert.deepEqual([status.name, ...states(status)], ['x', 'idle', false, false, false])
  status.ing()
  assert.deepEqual(states(status), ['ing', true, false, false])
  status.success(1)
  assert.deepEqual(states(status), ['success', false, true, false])
  status.fail('e')
  assert.deepEqual(states(status), ['fail', false, false, true])
  status.reset()
  assert.equal(status.state, 'idle')
}))

test('must: waits while idle and ing, resolves with the value, also afterwards', scene(async ({ clock, sdk }) => {
  const status = new sdk.Status('x')
  const early = status.must()
  status.ing()
  const running = status.must((value) => value + 1)
  status.success(1)
  assert.deepEqual(await clock.until(Promise.all([early, running, status.must()])), [1, 2, 1])
}))

test('must: rejects when it fails and when it has failed; keepWaiting waits on, in both forms', scene(async ({ clock, sdk }) => {
  const status = new sdk.Status('x')
  const early = outcome(status.must())
  status.fail(new Error('no'))
  assert.equal((await clock.until(early)).message, 'no')
  assert.equal((await clock.until(outcome(status.must()))).message, 'no')
  const patient = status.must({ keepWaiting: true })
  const called = status.must((value) => value * 2, { keepWaiting: true })
  status.ing()
  status.fail(new Error('again'))
  status.success(21)
  assert.deepEqual(await clock.until(Promise.all([patient, called])), [21, 42])
}))

test('onceSuccess and onceFail: at once when the state is there, once only', scene(async ({ clock, sdk }) => {
  const status = new sdk.Status('x')
  const seen = []
  status.onceSuccess((value) => seen.push('success ' + value))
  status.onceFail((error) => seen.push('fail ' + error))
  status.success(1)
  status.success(2)
  status.onceSuccess((value) => seen.push('late ' + value))
  assert.deepEqual(seen, ['success 1', 'late 2'], 'inside the call, not later')
  status.fail('e')
  status.onceFail((error) => seen.push('late fail ' + error))
  status.fail('f')
  assert.deepEqual(seen.slice(2), ['fail e', 'late fail e'])
  assert.equal(await clock.until(status.onceFail()), 'f')
}))

test('a callback that changes the state does not hide it from the others', scene(async ({ sdk }) => {
  const status = new sdk.Status('x')
  const seen = []
  status.onceSuccess(() => status.reset())
  status.onceSuccess((value) => seen.push(value))
  status.success(5)
  assert.deepEqual([seen, status.state], [[5], 'idle'])
}))

test('a callback that throws spoils its own promise only', scene(async ({ clock, sdk }) => {
  const status = new sdk.Status('x')
  const bad = outcome(status.must(() => {
    throw new Error('mine')
  }))
  const good = status.must()
  status.success(1)
  assert.equal((await clock.until(bad)).message, 'mine')
  assert.equal(await clock.until(good), 1)
}))

test('a promise nobody asked for is never rejected', scene(async ({ clock, sdk }) => {
  const unhandled = []
  const listen = (error) => unhandled.push(error)
  process.on('unhandledRejection', listen)
  const status = new sdk.Status('x')
  status.must(() => {})
  status.onceSuccess()
  status.fail(new Error('nobody asked'))
  status.must(() => {})
  await clock.settle()
  process.removeListener('unhandledRejection', listen)
  assert.deepEqual(unhandled, [])
}))

test('status.login: ing, success, fail; logout and clearSession reset it', scene(async ({ clock, client, phone }) => {
  const { login } = client.status
  assert.equal(login.state, 'idle')
  const end = client.session.login()
  assert.equal(login.state, 'ing')
  await clock.until(end)
  assert.equal((await clock.until(login.must())).token, client.session.getToken())
  await clock.until(client.session.logout())
  assert.equal(login.state, 'idle')
  phone.once((call) => call.name === 'login', (call) => call.fail('x'))
  await clock.until(outcome(client.session.login()))
  assert.equal(login.state, 'fail')
  client.session.clearSession()
  assert.equal(login.state, 'idle')
}))

test('status.login: success as soon as a stored token is used, by a request too', scene(async ({ clock, client, makeClient }) => {
  await clock.until(client.session.login())
  const next = makeClient()
  assert.equal(next.status.login.state, 'idle')
  const request = next.get('/app/x')
  await clock.settle()
  assert.equal(next.status.login.state, 'success')
  await clock.until(request)
}))

test('status.login: ing as long as a refresh runs, though the old token is used meanwhile', scene(async ({ clock, client }) => {
  await clock.until(client.session.login())
  const refresh = client.session.refreshLogin()
  await clock.until(client.session.login())
  assert.equal(client.status.login.state, 'ing')
  await clock.until(refresh)
  assert.equal(client.status.login.state, 'success')
}))

test('status.auth: logout and clearSession reset it', scene(async ({ clock, client }) => {
  for (const end of [() => client.session.logout(), async () => client.session.clearSession()]) {
    await clock.until(client.session.updateUser({ nickname: 'a' }))
    await clock.until(client.auth.mustAuth())
    assert.equal(client.status.auth.state, 'success')
    await clock.until(end())
    assert.equal(client.status.auth.state, 'idle')
  }
}))
