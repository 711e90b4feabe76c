// SPDX-License-Identifier: MIT
/*
 * mistakes.test.js: the eighteen mistakes of the published design that this
 * package realises (README, "Where it comes from").  One test each; the name
 * says what went wrong there.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times } = require('./support/scene')
const { showPage, Popup } = require('./support/pages')

test('A1 waiters burn the fuse: the fourth of ten concurrent refreshes was rejected', scene(async ({ clock, client, phone }) => {
  const ends = await clock.until(Promise.all(times(10, () => outcome(client.session.refreshLogin()))))
  assert.ok(ends.every((end) => end.token))
  assert.equal(phone.count('login'), 1)
  for (let i = 0; i < 2; i++) await clock.until(client.session.refreshLogin())
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'FUSE_OPEN', 'three attempts were counted, not twelve')
}))

test('A2 a waiter logged in once more on its own', scene(async ({ clock, client, phone }) => {
  const sessions = await clock.until(Promise.all(times(10, () => client.session.refreshLogin())))
  assert.equal(new Set(sessions.map((session) => session.token)).size, 1)
  assert.equal(phone.count('login'), 1)
}))

test('A3 the queue was never emptied', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ refresh: { maxQueue: 2 } })
  for (let round = 0; round < 5; round++) {
    const ends = await clock.until(Promise.all(times(3, () => outcome(client.session.refreshLogin()))))
    assert.ok(ends.every((end) => end.token), `round ${round}: ${ends}`)
    await clock.until(client.get('/app/evidence'))
  }
}))

test('A4 the third legal refresh of a long session armed the fuse for ever', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  for (let hour = 0; hour < 12; hour++) {
    backend.expire()
    assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
    await clock.tick(3600000)
  }
  assert.equal(phone.count('login'), 13)
}))

test('A4 a login that is answered with useless tokens is no evidence', scene(async ({ clock, client, backend, phone }) => {
  backend.useless = true
  await clock.until(client.session.login())
  for (let i = 0; i < 3; i++) assert.equal(await clock.until(outcome(client.get('/app/x'))), 'AUTH_INVALID')
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'FUSE_OPEN')
  assert.equal(phone.count('login'), 4)
}))

test('A5 AUTH_EXPIRED and repeating had no end', scene(async ({ clock, client, backend }) => {
  backend.useless = true
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'AUTH_INVALID')
  assert.equal(backend.count('/app/x'), 2)
}))

test('A6 every late AUTH_EXPIRED started another refresh', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const held = phone.hold((call) => call.path.startsWith('/app/'))
  const requests = times(5, (i) => client.get('/app/' + i))
  await clock.settle()
  phone.rules.length = 0
  for (const call of held.slice()) {
    call.answer()
    await clock.tick(100) // the refresh of the first is over when the second is refused
  }
  assert.ok((await clock.until(Promise.all(requests))).every((reply) => reply.statusCode === 200))
  assert.equal(phone.count('login'), 2)
}))

test('A7 the key was renewed between the tap and the upload', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.ensureSessionKey())
  const before = phone.calls.length
  await clock.until(client.session.updatePhone({ iv: 'i', encryptedData: 'e' }))
  assert.deepEqual(phone.calls.slice(before).map((call) => call.path || call.name), ['/wx/updatephone'])
}))

test('A8 the step was always THREE', scene(async ({ clock, client }) => {
  await clock.until(client.session.login())
  assert.equal(client.auth.currentStep(), 1)
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  assert.equal(client.auth.currentStep(), 2)
}))

test('A9 the way back had lost its query', scene(async ({ clock, client, phone }) => {
  showPage('pages/buy', { id: '7', q: 'a%26b' })
  await clock.until(outcome(client.auth.mustAuth({ mode: 'page' })))
  const { url } = phone.calls.find((call) => call.name === 'redirectTo').options
  await clock.until(client.auth.backFromAuth({ backTo: url.split('backTo=')[1] }))
  assert.equal(phone.calls.at(-1).options.url, '/pages/buy?id=7&q=a%26b')
}))

test('A10 the guarded method ran on a page that was being left', scene(async ({ clock, client }) => {
  showPage('pages/x')
  let ran = false
  const onTap = client.auth.withAuth({ mode: 'page' }, () => {
    ran = true
  })
  await clock.until(onTap())
  assert.equal(ran, false)
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page' }))), 'AUTH_REDIRECTED')
}))

test('A11 a closed popup settled nobody, and the next unrelated success did', scene(async ({ clock, client, sdk }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  let ran = 0
  const onTap = client.auth.withAuth({}, () => ran++)
  const tap = onTap()
  await clock.tick(100)
  popup.reject(new sdk.MpAuthError('AUTH_CANCELLED'))
  await clock.until(tap)
  await clock.until(client.auth.nextStep({ nickname: 'a' }))
  await clock.until(client.auth.mustAuth())
  assert.equal(ran, 0)
}))

test('A12 a decorator inside an object literal is a syntax error: withAuth is none', scene(async ({ clock, client }) => {
  assert.throws(() => new Function('return { @mustAuth() onTap() {} }'), SyntaxError)
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  const page = { onTap: client.auth.withAuth({}, () => 'ran') }
  assert.equal(await clock.until(page.onTap()), 'ran')
}))

test('A13 must() threw in the text and waited in the code: one each, by name', scene(async ({ clock, sdk }) => {
  const status = new sdk.Status('x')
  const strict = outcome(status.must())
  const patient = status.must({ keepWaiting: true })
  status.fail(new sdk.MpAuthError('BUSY'))
  assert.equal(await clock.until(strict), 'BUSY')
  status.success('now')
  assert.equal(await clock.until(patient), 'now')
}))

test('A14 hideLoading took the toast with it, and the first of two refreshes hid the sign of the second', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ ui: 'article' })
  await clock.until(client.session.refreshLogin())
  const hide = phone.ui.filter(([name]) => name === 'hideLoading')
  assert.deepEqual(hide, [['hideLoading', { noConflict: true }]])
  const held = phone.hold((call) => call.path === '/wx/onlogin')
  outcome(client.session.refreshLogin())
  await clock.tick(20)
  client.session.clearSession() // drops the first, whose end comes after the second's beginning
  outcome(client.session.refreshLogin())
  await clock.settle()
  const shown = phone.ui.filter(([name]) => name === 'showLoading').length
  const hidden = phone.ui.filter(([name]) => name === 'hideLoading').length
  assert.equal(shown - hidden, 1)
  held[0].answer()
}))

test('A15 the code was taken from res.data', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  assert.deepEqual(phone.calls.find((call) => call.path === '/wx/onlogin').options.data, { code: 'code-1' })
}))

test('A16 session and http client required each other: no file of ours is in a circle', async () => {
  const { readdirSync, readFileSync } = require('node:fs')
  const { join } = require('node:path')
  const dir = join(__dirname, '..', 'src')
  const needs = new Map(readdirSync(dir).map((file) => [file.replace('.js', ''),
    [...readFileSync(join(dir, file), 'utf8').matchAll(/require\('\.\/([\w-]+)'\)/g)].map((match) => match[1])]))
  const visit = (file, trail) => {
    assert.ok(!trail.includes(file), [...trail, file].join(' -> '))
    for (const next of needs.get(file)) visit(next, [...trail, file])
  }
  for (const file of needs.keys()) visit(file, [])
  assert.ok(needs.get('client').includes('session') && needs.get('client').includes('requests'))
})

test('A17 the profile button is anonymous today: chosen nickname and picture are what counts', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ hooks: { uploadAvatar: () => Promise.resolve('https://cdn.example/a.jpg') } })
  assert.equal(await clock.until(client.auth.nextStep({ nickname: '小明', avatarUrl: 'http://tmp/a.jpg' })), 2)
  const { nickname, avatarUrl } = client.session.getUser()
  assert.deepEqual([nickname, avatarUrl], ['小明', 'https://cdn.example/a.jpg'])
}))

test('A18 the phone event\'s code was not used: code when there is one, else iv and encryptedData', scene(async ({ clock, client, backend }) => {
  const sent = async (detail) => {
    await clock.until(client.session.updatePhone(detail))
    return backend.log.at(-1).data
  }
  assert.deepEqual(await sent({ code: 'c', iv: 'i', encryptedData: 'e', errMsg: 'ok' }), { code: 'c' })
  assert.deepEqual(await sent({ iv: 'i', encryptedData: 'e', errMsg: 'ok' }), { iv: 'i', encryptedData: 'e' })
}))
