// SPDX-License-Identifier: MIT
/*
 * session.test.js: login, refreshLogin with its lock, queue and fuse, logout,
 * clearSession, storage: section by section as the README describes them.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')

const isLogin = (call) => call.name === 'login'
const isOnlogin = (call) => call.path === '/wx/onlogin'
const KEY = 'wxlogin:' + BASE

test('login: wx.login, onlogin, stored; the code is sent, the token is not', scene(async ({ clock, client, phone, backend }) => {
  const session = await clock.until(client.session.login())
  assert.equal(session.token, client.session.getToken())
  assert.equal(session.newUser, true)
  const call = phone.calls.find(isOnlogin)
  assert.deepEqual(call.options.data, { code: 'code-1' })
  assert.equal(call.options.method, 'POST')
  assert.equal(call.options.header.Authorization, undefined)
  assert.equal(JSON.parse(phone.storage.get(KEY)).token, session.token)
  assert.equal(backend.count('/wx/onlogin'), 1)
}))

test('login: a token at hand is used, also after a restart', scene(async ({ clock, client, makeClient, phone }) => {
  const { token } = await clock.until(client.session.login())
  assert.equal((await clock.until(client.session.login())).token, token)
  assert.equal((await clock.until(makeClient().session.ensureLogin())).token, token)
  assert.equal(phone.count('login'), 1)
}))

test('login: concurrent calls share one flight, force joins a running one', scene(async ({ clock, client, phone }) => {
  const sessions = await clock.until(Promise.all([
    client.session.login(), client.session.login({ force: true }), client.session.ensureLogin(), client.session.refreshLogin()
  ]))
  assert.equal(new Set(sessions.map((session) => session.token)).size, 1)
  assert.equal(phone.count('login'), 1)
}))

test('login({force}): a new token though one is at hand', scene(async ({ clock, client }) => {
  const first = await clock.until(client.session.login())
  const second = await clock.until(client.session.login({ force: true }))
  assert.notEqual(first.token, second.token)
  assert.equal(client.session.getToken(), second.token)
}))

test('login: appid is sent and is part of the storage key', scene(async ({ clock, makeClient, phone }) => {
  await clock.until(makeClient({ appid: 'wx1' }).session.login())
  assert.equal(phone.calls.find(isOnlogin).options.data.appid, 'wx1')
  assert.ok(phone.storage.has(KEY + ':wx1'))
}))

test('onlogin: CODE_INVALID and CODE_USED get one fresh code, then fail with the code', scene(async ({ clock, client, backend, phone }) => {
  for (const code of ['CODE_INVALID', 'CODE_USED']) {
    client.session.clearSession()
    backend.fault('/wx/onlogin', code)
    await clock.until(client.session.login())
    client.session.clearSession()
    backend.fault('/wx/onlogin', code, 2)
    assert.equal(await clock.until(outcome(client.session.login())), code)
  }
  assert.equal(phone.count('login'), 8)
  const codes = phone.calls.filter(isOnlogin).map((call) => call.options.data.code)
  assert.equal(new Set(codes).size, 8, 'no code twice')
}))

test('onlogin: the server\'s code, requestId, retryAfter and field reach the caller', scene(async ({ clock, client, backend }) => {
  backend.fault('/wx/onlogin', 'WECHAT_UNAVAILABLE')
  const error = await clock.until(client.session.login().catch((e) => e))
  assert.equal(error.code, 'WECHAT_UNAVAILABLE')
  assert.equal(error.requestId, 'req-1')
  assert.equal(error.retryAfter, 2000)
  assert.equal(error.name, 'MpAuthError')
}))

for (const [name, reply] of [
  ['an HTML page', { statusCode: 502, data: '<html>' }],
  ['HTTP 401 without a body', { statusCode: 401, data: '' }],
  ['OK without a token', { statusCode: 200, data: { code: 'OK', data: {} } }],
  ['OK without data', { statusCode: 200, data: { code: 'OK' } }],
  ['OK under HTTP 500', { statusCode: 500, data: { code: 'OK', data: { token: 't' } } }]
]) {
  test(`onlogin: ${name} is LOGIN_REJECTED, asked once`, scene(async ({ clock, client, backend, phone }) => {
    backend.fault('/wx/onlogin', reply)
    assert.equal(await clock.until(outcome(client.session.login())), 'LOGIN_REJECTED')
    assert.equal(phone.count('login'), 1)
  }))
}

test('wx.login: fail, throw, no code, silence and absence each have their code', scene(async ({ clock, client, phone, makeClient }) => {
  phone.once(isLogin, (call) => call.fail('no network'))
  assert.equal(await clock.until(outcome(client.session.login())), 'WX_LOGIN_FAILED')
  phone.once(isLogin, () => {
    throw new Error('boom')
  })
  assert.equal(await clock.until(outcome(client.session.login())), 'WX_LOGIN_FAILED')
  phone.once(isLogin, (call) => call.ok({}))
  assert.equal(await clock.until(outcome(client.session.login())), 'WX_LOGIN_FAILED')
  phone.once(isLogin, () => {})
  const before = clock.time
  assert.equal(await clock.until(outcome(client.session.login())), 'TIMEOUT')
  assert.ok(clock.time - before >= 10000)
  const old = makeClient({ wx: Object.assign({}, phone.wx, { login: undefined }) })
  assert.equal(await clock.until(outcome(old.session.login())), 'LOGIN_UNAVAILABLE')
  await clock.until(client.session.login())
}))

test('a single page (scene 1154): LOGIN_UNAVAILABLE, public content loads', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ wx: Object.assign({}, phone.wx, { getEnterOptionsSync: () => ({ scene: 1154 }) }) })
  assert.equal(await clock.until(outcome(client.get('/app/orders'))), 'LOGIN_UNAVAILABLE')
  assert.equal((await clock.until(client.get('/public/news'))).statusCode, 200)
  assert.equal(phone.count('login'), 0)
}))

test('refreshLogin: one leader, maxQueue waiters, then QUEUE_FULL', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const all = times(105, () => outcome(client.session.refreshLogin()))
  const ends = await clock.until(Promise.all(all))
  assert.equal(ends.filter((end) => end === 'QUEUE_FULL').length, 4)
  assert.equal(new Set(ends.filter((end) => end.token).map((end) => end.token)).size, 1)
  assert.equal(phone.count('login'), 2)
}))

test('refreshLogin: the queue is empty again for the next refresh', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ refresh: { maxQueue: 1 } })
  for (let round = 0; round < 3; round++) {
    const ends = await clock.until(Promise.all(times(2, () => outcome(client.session.refreshLogin()))))
    assert.ok(ends.every((end) => end.token), String(ends))
    await clock.until(client.get('/app/evidence'))
  }
}))

test('requests that wait for a first login do not count for the queue', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ refresh: { maxQueue: 0 } })
  const replies = await clock.until(Promise.all(times(5, () => client.get('/app/x'))))
  assert.ok(replies.every((reply) => reply.statusCode === 200))
}))

test('fuse: open after maxTries, counts down, whole again with a count of 0', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.fault('/wx/onlogin', 'BUSY', 100)
  const refresh = () => clock.until(client.session.refreshLogin().catch((e) => e))
  for (let i = 0; i < 3; i++) assert.equal((await refresh()).code, 'BUSY')
  const first = await refresh()
  assert.deepEqual([first.code, first.retryAfter], ['FUSE_OPEN', 5000])
  await clock.tick(2000)
  const second = await refresh()
  assert.deepEqual([second.code, second.retryAfter], ['FUSE_OPEN', 3000])
  assert.equal(phone.count('login'), 4, 'an open fuse asks nobody')
  await clock.tick(3000)
  for (let i = 0; i < 3; i++) assert.equal((await refresh()).code, 'BUSY')
  assert.equal((await refresh()).code, 'FUSE_OPEN')
}))

test('fuse: all three numbers are configurable', scene(async ({ clock, makeClient, backend }) => {
  const client = makeClient({ refresh: { maxTries: 1, restoreTime: 70, maxQueue: 0 } })
  backend.fault('/wx/onlogin', 'BUSY', 1)
  const one = outcome(client.session.refreshLogin())
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'QUEUE_FULL')
  assert.equal(await clock.until(one), 'BUSY')
  const error = await clock.until(client.session.refreshLogin().catch((e) => e))
  assert.deepEqual([error.code, error.retryAfter], ['FUSE_OPEN', 70])
  await clock.tick(70)
  await clock.until(client.session.refreshLogin())
}))

test('fuse: a plain login passes it, also when it is open', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ refresh: { maxTries: 1 } })
  await clock.until(client.session.refreshLogin())
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'FUSE_OPEN')
  assert.ok((await clock.until(client.session.login({ force: true }))).token)
}))

test('evidence: an accepted new token resets the fuse; each row that is no evidence does not', scene(async ({ clock, makeClient, backend, phone }) => {
  const rows = [
    ['an accepted request', true, (client) => client.get('/app/x')],
    ['an error of the application', true, (client) => (backend.fault('/app/x', 'NOT_FOUND'), client.get('/app/x'))],
    ['a whitelisted request', false, (client) => client.get('/public/x')],
    ['needLogin: false', false, (client) => client.get('/app/x', {}, { needLogin: false })],
    ['a 5xx reply', false, (client) => (backend.fault('/app/x', 'BUSY'), client.get('/app/x'))],
    ['no reply', false, (client) => (phone.once((call) => call.path === '/app/x', (call) => call.fail('x')), client.get('/app/x'))]
  ]
  for (const [name, isEvidence, act] of rows) {
    const client = makeClient({ refresh: { maxTries: 1 } })
    await clock.until(client.session.refreshLogin())
    await clock.until(outcome(act(client)))
    const end = await clock.until(outcome(client.session.refreshLogin()))
    assert.equal(end === 'FUSE_OPEN', !isEvidence, name)
    await clock.tick(5000)
  }
}))

test('evidence: a late success of the old token is none', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ refresh: { maxTries: 1 } })
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/slow')
  const slow = client.get('/app/slow')
  await clock.settle()
  await clock.until(client.session.refreshLogin())
  held[0].answer()
  await clock.until(slow)
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'FUSE_OPEN')
}))

test('a refresh that fails leaves token and user data as they were', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.updateUser({ nickname: '小明' }))
  const token = client.session.getToken()
  const stored = phone.storage.get(KEY)
  backend.fault('/wx/onlogin', 'USER_BLOCKED')
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'USER_BLOCKED')
  phone.offline = true
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'NETWORK')
  assert.equal(client.session.getToken(), token)
  assert.equal(client.session.getUser().nickname, '小明')
  assert.equal(phone.storage.get(KEY), stored)
}))

test('during a refresh the old session stays until onlogin has answered', scene(async ({ clock, client }) => {
  const { token } = await clock.until(client.session.login())
  const refresh = client.session.refreshLogin()
  await clock.tick(15)
  assert.equal(client.session.getToken(), token)
  await clock.until(refresh)
  assert.notEqual(client.session.getToken(), token)
}))

test('logout: forgets first, then sends the old token; never logs in', scene(async ({ clock, client, backend, phone }) => {
  const { token } = await clock.until(client.session.login())
  const end = client.session.logout()
  await clock.settle()
  assert.equal(client.session.getToken(), undefined)
  assert.equal(client.session.getUser(), null)
  assert.equal(phone.storage.has(KEY), false)
  assert.deepEqual(await clock.until(end), { sessionsEnded: 1 })
  assert.equal(backend.log.at(-1).token, token)
  assert.deepEqual(await clock.until(client.session.logout()), { sessionsEnded: 0 })
  assert.equal(backend.count('/wx/logout'), 1, 'without a token there is nothing to send')
  assert.equal(phone.count('login'), 1)
}))

test('logout: offline the session is forgotten all the same, and the caller hears of it', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  phone.offline = true
  assert.equal(await clock.until(outcome(client.session.logout())), 'NETWORK')
  assert.equal(client.session.getToken(), undefined)
}))

test('logout({scope}): all forgets, others keeps this session, without one both are AUTH_INVALID', scene(async ({ clock, client, makeClient, phone }) => {
  for (const scope of ['others', 'all']) {
    assert.equal(await clock.until(outcome(client.session.logout({ scope }))), 'AUTH_INVALID')
  }
  assert.equal(await clock.until(outcome(client.session.logout({ scope: 'mine' }))), 'BAD_CONFIG')
  const elsewhere = makeClient({ appid: 'other-phone' })
  await clock.until(elsewhere.session.login())
  const { token } = await clock.until(client.session.login())
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'others' })), { sessionsEnded: 1 })
  assert.equal(client.session.getToken(), token)
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'all' })), { sessionsEnded: 1 })
  assert.equal(client.session.getToken(), undefined)
  assert.equal(phone.count('login'), 2)
}))

test('logout during a refresh wins: waiters ABORTED, the late token is dropped', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const held = phone.hold(isOnlogin)
  const waiters = times(3, () => outcome(client.session.refreshLogin()))
  await clock.tick(50)
  const logout = client.session.logout()
  assert.deepEqual(await clock.until(Promise.all(waiters)), ['ABORTED', 'ABORTED', 'ABORTED'])
  await clock.until(logout)
  held[0].answer()
  await clock.settle()
  assert.equal(client.session.getToken(), undefined)
  assert.equal(phone.storage.has(KEY), false)
}))

test('no second onlogin starts while a dropped one runs', scene(async ({ clock, client, phone }) => {
  for (const end of [() => client.session.clearSession(), () => outcome(client.session.logout())]) {
    client.session.clearSession()
    let dropped
    phone.once(isOnlogin, (call) => {
      dropped = call
    })
    const first = outcome(client.session.login())
    await clock.tick(50)
    end()
    assert.equal(await clock.until(first), 'ABORTED')
    const before = phone.calls.filter(isOnlogin).length
    const second = client.session.login()
    await clock.tick(100)
    assert.equal(phone.calls.filter(isOnlogin).length, before, 'waits for the dropped one')
    dropped.answer()
    const { token } = await clock.until(second)
    assert.equal(client.session.getToken(), token)
  }
  assert.equal(phone.peak.onlogin, 1)
  assert.equal(phone.peak.login, 1)
}))

test('a login dropped before its code came never sends it', scene(async ({ clock, client, phone }) => {
  const held = phone.hold(isLogin)
  const first = outcome(client.session.login())
  await clock.settle()
  client.session.clearSession()
  held[0].answer()
  await clock.settle()
  assert.equal(await clock.until(first), 'ABORTED')
  assert.equal(phone.calls.filter(isOnlogin).length, 0)
}))

test('storage: what does not parse is no session; what parses is one', scene(async ({ clock, makeClient, phone }) => {
  for (const [stored, token] of [
    ['{"token":', undefined], ['null', undefined], ['{"token":""}', undefined], ['{"token":7}', undefined],
    [42, undefined], [{ token: 't1' }, 't1'], ['{"token":"t2","userInfo":{"phone":"1"}}', 't2']
  ]) {
    phone.storage.set(KEY, stored)
    assert.equal(makeClient().session.getToken(), token, JSON.stringify(stored))
  }
  await clock.settle()
}))

test('storage: two servers, two tokens; a configured storage is used instead', scene(async ({ clock, makeClient, phone }) => {
  const other = makeClient({ baseURL: 'https://other.example' })
  await clock.until(other.session.login())
  assert.equal(makeClient().session.getToken(), undefined)
  let kept = null
  const own = makeClient({ storage: { get: () => kept, set: (session) => (kept = session), clear: () => (kept = null) } })
  const { token } = await clock.until(own.session.login())
  assert.equal(kept.token, token)
  own.session.clearSession()
  assert.equal(kept, null)
  assert.equal(phone.storage.size, 1)
}))

test('hooks: onLogin, onLogout with its reason, onRefresh with attempt and waiters; one that throws is no fault', scene(async ({ clock, makeClient, backend }) => {
  const heard = []
  const client = makeClient({ hooks: {
    onLogin: (session) => heard.push(['login', session.token]),
    onLogout: (reason) => heard.push(['logout', reason]),
    onRefresh: ({ attempt, waiting, error }) => heard.push(['refresh', attempt, waiting, error && error.code]),
    log: () => {
      throw new Error('broken hook')
    }
  } })
  await clock.until(Promise.all(times(3, () => client.session.refreshLogin())))
  const token = client.session.getToken()
  backend.fault('/wx/onlogin', 'BUSY')
  await clock.until(outcome(client.session.refreshLogin()))
  client.session.clearSession()
  await clock.until(client.session.logout())
  assert.deepEqual(heard, [
    ['login', token], ['refresh', 1, 2, undefined], ['refresh', 2, 0, 'BUSY'], ['logout', 'clear'], ['logout', 'logout']
  ])
}))

test('hooks.log never gets a token', scene(async ({ clock, makeClient, backend, phone }) => {
  const lines = []
  const wx = Object.assign({}, phone.wx, { setStorageSync: () => {
    throw new Error('full')
  } })
  const client = makeClient({ wx, hooks: { log: (...line) => lines.push(JSON.stringify(line)) } })
  await clock.until(client.session.login())
  const token = client.session.getToken()
  backend.fault('/wx/onlogin', 'BUSY', 9)
  for (let i = 0; i < 4; i++) await clock.until(outcome(client.session.refreshLogin()))
  assert.deepEqual(lines.map((line) => JSON.parse(line)[1]),
    ['storage.set', 'login.failed', 'login.failed', 'login.failed', 'fuse.blown'])
  assert.ok(lines.every((line) => !line.includes(token)))
}))

test('ui: default says when to tap again; own callbacks replace it; silent is silent', scene(async ({ clock, makeClient, backend, phone }) => {
  const client = makeClient({ ui: 'default' })
  await clock.until(client.session.login())
  await clock.until(Promise.all(times(3, () => client.session.refreshLogin())))
  assert.deepEqual(phone.ui, [], 'a quick login is silent')
  await clock.until(outcome(client.get('/app/decrypt')))
  assert.equal(phone.ui.at(-1)[0], 'showToast')
  phone.ui.length = 0
  const events = []
  const own = makeClient({ appid: 'own', ui: { refreshStart: () => events.push('start'), refreshEnd: (e) => events.push(e && e.code) } })
  backend.fault('/wx/onlogin', 'BUSY')
  await clock.until(outcome(own.session.refreshLogin()))
  await clock.until(outcome(makeClient({ appid: 'silent' }).get('/app/decrypt')))
  assert.deepEqual([events, phone.ui], [['start', 'BUSY'], []])
}))

test('a login dropped while it waits for a dropped one never begins', scene(async ({ clock, client, phone }) => {
  const held = phone.hold(isOnlogin)
  const first = outcome(client.session.login())
  await clock.tick(50)
  client.session.clearSession()
  const second = outcome(client.session.login())
  await clock.settle()
  client.session.clearSession()
  held[0].answer()
  assert.deepEqual(await clock.until(Promise.all([first, second])), ['ABORTED', 'ABORTED'])
  await clock.tick(100)
  assert.equal(phone.count('login'), 1)
}))

test('a session that ends in the moment it begins: who waited is ABORTED, nobody logs in again', scene(async ({ clock, client, phone }) => {
  client.status.login.onceSuccess(() => client.session.clearSession())
  const ends = times(3, () => outcome(client.get('/app/x')))
  assert.deepEqual(await clock.until(Promise.all(ends)), ['ABORTED', 'ABORTED', 'ABORTED'])
  assert.equal(phone.count('login'), 1)
}))

test('fuse: a token from before it was open is no evidence afterwards', scene(async ({ clock, makeClient, backend }) => {
  const client = makeClient({ refresh: { maxTries: 1 } })
  await clock.until(client.session.refreshLogin())
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'FUSE_OPEN')
  await clock.tick(5000)
  backend.fault('/wx/onlogin', 'BUSY')
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'BUSY')
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  assert.equal(await clock.until(outcome(client.session.refreshLogin())), 'FUSE_OPEN')
}))
