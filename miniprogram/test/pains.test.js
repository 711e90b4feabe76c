// SPDX-License-Identifier: MIT
/*
 * pains.test.js: what developers of mini programs complain about, as far as
 * the core of the package can help.  The name of a test is the pain.
 * (Those about buttons and popups belong to the components.)
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')
const { showPage } = require('./support/pages')

const isOnlogin = (call) => call.path === '/wx/onlogin'

test('pain 1: the login in onLaunch has not finished when onLoad runs', scene(async ({ clock, client, phone }) => {
  outcome(client.session.login()) // App.onLaunch
  const reply = await clock.until(client.get('/app/orders')) // Page.onLoad, in the same moment
  assert.equal(reply.statusCode, 200)
  assert.equal(phone.count('login'), 1)
}))

test('pain 2: polling with setInterval until there is a token', scene(async ({ clock, client }) => {
  const seen = []
  client.status.login.must((session) => seen.push(session.token))
  assert.deepEqual([clock.pending, seen], [0, []])
  await clock.until(client.get('/app/orders'))
  assert.deepEqual(seen, [client.session.getToken()])
}))

test('pain 3: the first page cannot be redirected from onLaunch', scene(async ({ clock, client, phone }) => {
  showPage('pages/mine/index', { from: 'share' })
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page' }))), 'AUTH_REDIRECTED')
  assert.match(phone.calls.at(-1).options.url, /backTo=%2Fpages%2Fmine%2Findex%3Ffrom%3Dshare$/)
}))

test('pain 4: the phone number cannot be decrypted the first time, the second time it can', scene(async ({ clock, client, makeClient, phone, backend }) => {
  await clock.until(client.session.login())
  const next = makeClient() // the next day: token good, key stale
  phone.once((call) => call.name === 'checkSession', (call) => call.fail('session expired'))
  await clock.until(next.session.ensureSessionKey()) // when the button attaches
  const logins = phone.count('login')
  await clock.until(next.session.updatePhone({ iv: 'i', encryptedData: 'e' })) // the tap
  assert.equal(phone.count('login'), logins, 'no login between tap and upload')
  assert.equal(backend.log.at(-1).code, 'OK')
}))

test('pain 5: a login inside the getPhoneNumber callback kills the key', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  await clock.until(client.session.updatePhone({ iv: 'i', encryptedData: 'e' }))
  await clock.until(client.auth.nextStep({ nickname: 'a' }))
  assert.deepEqual([phone.count('login'), phone.count('checkSession')], [1, 0])
}))

test('pain 6: checkSession says ok and decryption fails all the same', scene(async ({ clock, client, backend }) => {
  await clock.until(client.session.ensureSessionKey())
  const { token } = await clock.until(client.session.login())
  backend.fault('/wx/updatephone', 'DECRYPT_WX_OPEN_DATA_FAIL')
  const error = await clock.until(client.session.updatePhone({ iv: 'i', encryptedData: 'e' }).catch((e) => e))
  assert.equal(error.userAction, 'retap')
  assert.notEqual(client.session.getToken(), token)
  assert.equal((await clock.until(client.session.updatePhone({ iv: 'j', encryptedData: 'f' }))).phone, '13800138000')
}))

test('pain 7: checkSession costs 300 ms and is called on every request', scene(async ({ clock, client, phone }) => {
  await clock.until(Promise.all(times(5, () => client.get('/app/x'))))
  assert.equal(phone.count('checkSession'), 0)
}))

test('pain 8: WeChat\'s session and the own token expire at different times', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  phone.rules.push((call) => call.name === 'checkSession' && (call.ok(), true)) // WeChat is content
  backend.expire()
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  await clock.tick(365 * 86400000) // our clock is no judge either
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  assert.equal(phone.count('login'), 2)
}))

test('pain 10: the phone code is mixed up with the login code, or has expired', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  const error = await clock.until(client.session.updatePhone({ code: 'stale' }).catch((e) => e))
  assert.deepEqual([error.code, error.userAction], ['CODE_INVALID', 'retap'])
  assert.equal(phone.count('login'), 1, 'a fresh login would not help')
  assert.equal(backend.count('/wx/updatephone'), 1)
}))

test('pain 13: N refused requests, N refreshes', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const replies = await clock.until(Promise.all(times(50, (i) => client.get('/app/' + i))))
  assert.ok(replies.every((reply) => reply.statusCode === 200))
  assert.equal(phone.count('login'), 2)
}))

test('pain 14: the token is replaced while others are on the wire, and those lose', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/late')
  const late = client.get('/app/late')
  await clock.settle()
  backend.expire()
  await clock.until(client.get('/app/early'))
  phone.rules.length = 0
  held[0].answer()
  assert.equal((await clock.until(late)).statusCode, 200)
  assert.equal(phone.count('login'), 2)
}))

test('pain 15: the repeated request carries the old token', scene(async ({ clock, client, backend }) => {
  const { token } = await clock.until(client.session.login())
  backend.expire()
  await clock.until(client.get('/app/x'))
  const sent = backend.log.filter((entry) => entry.path === '/app/x').map((entry) => entry.token)
  assert.deepEqual(sent, [token, client.session.getToken()])
  assert.notEqual(sent[0], sent[1])
}))

test('pain 16: an endless login loop when the server keeps refusing', scene(async ({ clock, client, backend, phone }) => {
  backend.useless = true
  const codes = []
  for (let i = 0; i < 20; i++) codes.push(await clock.until(outcome(client.get('/app/x'))))
  assert.equal(codes.at(-1), 'FUSE_OPEN')
  assert.equal(phone.count('login'), 4)
  backend.useless = false
  await clock.tick(5000)
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('pain 17: after one failed login nobody can log in until the mini program is deleted', scene(async ({ clock, client, phone }) => {
  phone.once((call) => call.name === 'login', (call) => call.fail('system error'))
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'WX_LOGIN_FAILED')
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('pain 18: there is no way to force a login', scene(async ({ clock, client }) => {
  const { token } = await clock.until(client.session.login())
  assert.notEqual((await clock.until(client.session.login({ force: true }))).token, token)
}))

test('pain 19: the token expires while the mini program stays open, onLaunch does not run again', scene(async ({ clock, client, backend }) => {
  await clock.until(client.get('/app/x'))
  await clock.tick(86400000)
  backend.expire()
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('pain 20: a code is used twice, or is stale', scene(async ({ clock, client, backend, phone }) => {
  phone.once(isOnlogin, (call) => call.fail('interrupted'))
  assert.equal(await clock.until(outcome(client.session.login())), 'NETWORK')
  await clock.until(client.session.login())
  backend.fault('/wx/onlogin', 'CODE_USED')
  await clock.until(client.session.login({ force: true }))
  const codes = phone.calls.filter(isOnlogin).map((call) => call.options.data.code)
  assert.deepEqual(codes, ['code-1', 'code-2', 'code-3', 'code-4'])
}))

test('pain 21: more than ten requests at once', scene(async ({ clock, client, phone }) => {
  const replies = await clock.until(Promise.all(times(100, (i) => client.get('/app/' + i))))
  assert.ok(replies.every((reply) => reply.statusCode === 200))
  assert.ok(phone.peak.wire <= 10)
  assert.equal(phone.peak.ordinary, 8)
}))

test('pain 22: uploadFile and downloadFile bypass the login, their 401 ends in success', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  for (const task of [
    () => client.uploadFile({ url: '/app/u', filePath: 'a', name: 'f' }),
    () => client.downloadFile({ url: '/app/d' })
  ]) {
    backend.expire()
    assert.equal((await clock.until(task())).statusCode, 200)
  }
  assert.equal(phone.count('login'), 3)
}))

test('pain 23: a forgotten unlock() freezes everything: there is no lock to forget', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  phone.rules.push((call) => call.name === 'login') // silence
  const stuck = outcome(client.session.refreshLogin())
  const waiting = client.get('/app/x')
  assert.equal((await clock.until(waiting)).statusCode, 200)
  assert.equal(await clock.until(stuck), 'TIMEOUT')
  assert.ok(!Object.keys(client).concat(Object.keys(client.session)).some((name) => /lock/i.test(name)))
}))

test('pain 25: some servers refuse by HTTP status, some by a code in the body', scene(async ({ clock, client, backend }) => {
  await clock.until(client.session.login())
  for (const path of ['/app/x', '/app/code200', '/app/proxy401']) {
    backend.expire()
    assert.equal((await clock.until(client.get(path))).statusCode, 200)
  }
}))

test('pain 27: a toast is hidden by hideLoading', scene(async ({ clock, makeClient, phone }) => {
  await clock.until(makeClient({ ui: 'article' }).session.refreshLogin())
  assert.deepEqual(phone.ui.map(([name]) => name), ['showLoading', 'hideLoading', 'showToast'])
  assert.equal(phone.ui[1][1].noConflict, true)
}))

test('pain 28: the query is lost after the login page, or decoded twice', scene(async ({ clock, client, phone }) => {
  showPage('pages/a', { eq: 'a%3Db', amp: 'x%26y', plain: 'z' })
  await clock.until(outcome(client.auth.mustAuth({ mode: 'page' })))
  const backTo = phone.calls.at(-1).options.url.split('backTo=')[1] // what the page gets, raw
  await clock.until(client.auth.backFromAuth({ backTo }))
  assert.equal(phone.calls.at(-1).options.url, '/pages/a?eq=a%3Db&amp=x%26y&plain=z')
}))

test('pain 29: redirectTo cannot open a tab page', scene(async ({ clock, client, phone }) => {
  phone.rules.push((call) => call.name === 'redirectTo' && (call.fail('can not redirectTo a tabbar page'), true))
  await clock.until(client.auth.backFromAuth({ backTo: '%2Fpages%2Fmine%3Fa%3D1' }))
  assert.deepEqual([phone.calls.at(-1).name, phone.calls.at(-1).options.url], ['switchTab', '/pages/mine'])
}))

test('pain 30: getApp() is undefined in an independent subpackage', scene(async ({ clock, client }) => {
  assert.equal(typeof globalThis.getApp, 'undefined')
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('pain 32: storage throws, or is full', scene(async ({ clock, makeClient, phone, backend }) => {
  const broken = () => {
    throw new Error('quota exceeded')
  }
  const wx = Object.assign({}, phone.wx, { getStorageSync: broken, setStorageSync: broken, removeStorageSync: broken })
  const client = makeClient({ wx })
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  backend.expire()
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  await clock.until(client.session.logout())
  assert.equal(client.session.getToken(), undefined)
  assert.equal(phone.count('login'), 2)
}))

test('pain 34: is every page supposed to check the login?', scene(async ({ clock, client }) => {
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  assert.equal((await clock.until(client.auth.mustAuth())).nickname, 'a')
}))

test('pain 35: noise on the network is mistaken for a logout', scene(async ({ clock, client, backend, phone }) => {
  const { token } = await clock.until(client.session.login())
  phone.offline = true
  for (let i = 0; i < 5; i++) assert.equal(await clock.until(outcome(client.get('/app/x'))), 'NETWORK')
  phone.offline = false
  backend.fault('/app/x', 'BUSY', 5)
  for (let i = 0; i < 5; i++) assert.equal((await clock.until(client.get('/app/x'))).statusCode, 503)
  assert.equal(client.session.getToken(), token)
  assert.ok(phone.storage.get('wxlogin:' + BASE).includes(token))
  assert.equal(phone.count('login'), 1)
}))

test('pain 36: login is called on every onShow', scene(async ({ clock, client, phone }) => {
  for (let i = 0; i < 20; i++) await clock.until(client.session.ensureLogin())
  assert.equal(phone.count('login'), 1)
}))
