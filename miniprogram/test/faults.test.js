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

// ---- what the user sees of a login

const uiNames = (phone) => phone.ui.map(([name]) => name)
const isOnlogin = (call) => call.path === '/wx/onlogin'

test('ui default never touches the loading mask, which may be the application\'s', scene(async ({ clock, makeClient, phone, backend }) => {
  const client = makeClient({ ui: 'default' })
  phone.wx.showLoading({ title: 'mine' })
  const held = phone.hold(isOnlogin)
  const end = outcome(client.get('/app/x'))
  await clock.tick(5000)
  held[0].answer()
  await clock.until(end)
  backend.expire()
  backend.fault('/wx/onlogin', 'BUSY')
  phone.rules.length = 0
  await clock.until(outcome(client.get('/app/x')))
  await clock.tick(5000)
  assert.deepEqual(uiNames(phone).filter((name) => /Loading$/.test(name) && !/Bar/.test(name)), ['showLoading'], 'the application\'s own')
}))

test('ui default shows its sign only after a delay, once, and takes its own away', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ ui: 'default' })
  await clock.until(client.session.refreshLogin())
  await clock.tick(10000)
  assert.deepEqual(uiNames(phone), [], 'a quick one')
  const held = phone.hold(isOnlogin)
  const ends = times(3, () => outcome(client.session.refreshLogin()))
  await clock.tick(2000)
  assert.deepEqual(uiNames(phone), ['showNavigationBarLoading'])
  held[0].answer()
  await clock.until(Promise.all(ends))
  assert.deepEqual(uiNames(phone), ['showNavigationBarLoading', 'hideNavigationBarLoading'])
}))

test('ui default says nothing of a background poll that failed, in words only what the user did', scene(async ({ clock, makeClient, phone, backend }) => {
  const client = makeClient({ ui: 'default' })
  backend.fault('/wx/onlogin', 'BUSY', 99)
  for (let i = 0; i < 3; i++) {
    await clock.until(outcome(client.get('/app/poll')))
    await clock.tick(5000)
  }
  assert.deepEqual(uiNames(phone).filter((name) => name === 'showToast'), [])
  await clock.until(outcome(client.session.updatePhone({ code: 'c' })))
  await clock.until(outcome(client.post('/app/buy', {}, { byUser: true })))
  assert.deepEqual(uiNames(phone).filter((name) => name === 'showToast'), ['showToast', 'showToast'])
}))

for (const [language, words] of [['zh_CN', /登录失败/], ['en', /Login failed/]]) {
  test(`ui default speaks as WeChat does: ${language}`, scene(async ({ clock, makeClient, phone, backend }) => {
    const wx = Object.assign({}, phone.wx, { getAppBaseInfo: () => ({ language }) })
    backend.fault('/wx/onlogin', 'BUSY')
    await clock.until(outcome(makeClient({ ui: 'default', wx }).session.updatePhone({ code: 'c' })))
    assert.match(phone.ui.at(-1)[1].title, words)
  }))
}

test('ui article: a mask during the first login and the refresh, then success, as the articles show it', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ ui: 'article' })
  await clock.until(client.session.login())
  assert.deepEqual(phone.ui.map(([name, { title, mask, noConflict }]) => [name, title || noConflict, mask]), [
    ['showLoading', '登录中', true], ['hideLoading', true, undefined]])
  phone.ui.length = 0
  await clock.until(client.session.refreshLogin())
  assert.deepEqual(phone.ui.map(([name, { title, mask, icon }]) => [name, title, mask || icon]), [
    ['showLoading', '正在刷新登录状态', true], ['hideLoading', undefined, undefined], ['showToast', '登录状态已刷新', 'success']])
}))

// ---- failed logins

/** Polls every 3 s for a minute; what came of the polls, each once. */
async function poll({ clock, client }) {
  const ends = new Set()
  for (let i = 0; i < 20; i++) {
    ends.add(await clock.until(outcome(client.get('/app/x'))))
    await clock.tick(3000)
  }
  return [...ends]
}

for (const [code, most] of [['BUSY', 6], ['WECHAT_UNAVAILABLE', 6], ['TOO_MANY_REQUESTS', 6], ['USER_BLOCKED', 1]]) {
  test(`20 polls in a minute while the login is answered with ${code}: at most ${most} wx.login, all polls end in ${code}`, scene(async (world) => {
    world.backend.fault('/wx/onlogin', code, 1e9)
    assert.deepEqual(await poll(world), [code])
    assert.ok(loginsOf(world.phone) <= most && loginsOf(world.phone) >= 1, String(loginsOf(world.phone)))
  }))
}

test('a refresh that is answered with 503 is slowed too, and the session stays', scene(async (world) => {
  const { client, clock, backend, phone } = world
  await clock.until(client.session.login())
  const token = client.session.getToken()
  backend.expire()
  backend.fault('/wx/onlogin', 'BUSY', 1e9)
  await poll(world)
  assert.ok(loginsOf(phone) <= 7, String(loginsOf(phone)))
  assert.equal(client.session.getToken(), token)
}))

test('Retry-After is respected by automatic logins, and told as what is left of it', scene(async ({ clock, client, backend, phone }) => {
  backend.fault('/wx/onlogin', { statusCode: 429, header: { 'Retry-After': '120' }, data: { code: 'TOO_MANY_REQUESTS' } })
  await clock.until(outcome(client.get('/app/x')))
  await clock.tick(100000)
  const error = await clock.until(client.get('/app/x').catch((e) => e))
  assert.equal(error.code, 'TOO_MANY_REQUESTS')
  assert.ok(error.retryAfter > 19000 && error.retryAfter <= 20000, String(error.retryAfter))
  assert.equal(loginsOf(phone), 1)
  await clock.tick(20000)
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('a blocked user is asked for again when he does something, not before', scene(async ({ clock, client, backend, phone }) => {
  backend.fault('/wx/onlogin', 'USER_BLOCKED')
  await clock.until(outcome(client.get('/app/x')))
  await clock.tick(86400000)
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'USER_BLOCKED')
  assert.equal(await clock.until(outcome(client.session.ensureLogin())), 'USER_BLOCKED')
  assert.equal(loginsOf(phone), 1)
  assert.equal((await clock.until(client.get('/app/x', {}, { byUser: true }))).statusCode, 200)
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('what the user does is not held up by a failure of before', scene(async ({ clock, client, backend }) => {
  backend.fault('/wx/onlogin', { statusCode: 503, header: { 'Retry-After': '600' }, data: { code: 'BUSY' } })
  await clock.until(outcome(client.get('/app/x')))
  assert.equal((await clock.until(client.auth.nextStep({ nickname: 'a' }))), 2)
}))

test('without a network nobody is slowed: the first request after it is back succeeds', scene(async ({ clock, client, phone }) => {
  phone.offline = true
  for (let i = 0; i < 5; i++) assert.equal(await clock.until(outcome(client.get('/app/x'))), 'NETWORK')
  phone.offline = false
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('a clock set back ends the wait', scene(async ({ clock, client, backend }) => {
  backend.fault('/wx/onlogin', 'BUSY')
  await clock.until(outcome(client.get('/app/x')))
  clock.time -= 3600000
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

// ---- paths that refuse for a reason of their own

const REFUSES = { statusCode: 401, data: { msg: 'no permission' } }

/** Polls all paths, every 3 s, for a minute. */
async function pollPaths({ clock, client }, paths) {
  const ends = paths.map(() => [])
  for (let i = 0; i < 20; i++) {
    for (const [index, path] of paths.entries()) ends[index].push(await clock.until(outcome(client.get(path))))
    await clock.tick(3000)
  }
  return ends
}

test('20 polls of a path that always answers 401, beside a good one: one refresh, then its 401 is handed over', scene(async (world) => {
  await world.clock.until(world.client.get('/app/x'))
  world.backend.fault('/app/bad', REFUSES, 1e9)
  const [bad, good] = await pollPaths(world, ['/app/bad', '/app/good'])
  assert.equal(loginsOf(world.phone), 2)
  assert.equal(bad[0], 'AUTH_EXPIRED')
  assert.ok(bad.slice(1).every((reply) => reply.statusCode === 401 && reply.data.msg === 'no permission'))
  assert.ok(good.every((reply) => reply.statusCode === 200))
}))

test('three such paths cost a refresh each, and no more', scene(async (world) => {
  const paths = ['/app/bad1', '/app/bad2', '/app/bad3']
  await world.clock.until(world.client.get('/app/x'))
  for (const path of paths) world.backend.fault(path, REFUSES, 1e9)
  await pollPaths(world, [...paths, '/app/good'])
  assert.equal(loginsOf(world.phone), 4)
}))

test('when the session really expires beside such a path, the others renew it, and that path is asked anew', scene(async (world) => {
  const { clock, client, backend, phone } = world
  backend.fault('/app/bad', REFUSES, 1e9)
  await pollPaths(world, ['/app/bad', '/app/good'])
  const before = loginsOf(phone)
  backend.expire()
  assert.equal((await clock.until(client.get('/app/bad'))).statusCode, 401)
  assert.equal((await clock.until(client.get('/app/good'))).statusCode, 200)
  assert.equal(loginsOf(phone), before + 1)
  backend.calm()
  assert.equal((await clock.until(client.get('/app/bad'))).statusCode, 200)
  backend.expire()
  assert.equal((await clock.until(client.get('/app/bad'))).statusCode, 200, 'what was good again is cured by a refresh like any other')
}))

test('such a path by flyio too: its 401 is flyio\'s own error', scene(async ({ clock, phone, sdk, client, backend }) => {
  globalThis.wx = phone.wx
  const fly = new Fly()
  fly.config.baseURL = BASE
  sdk.attachFly(fly, client)
  backend.fault('/app/bad', REFUSES, 1e9)
  const ends = []
  for (let i = 0; i < 5; i++) {
    ends.push(await clock.until(fly.get('/app/bad').catch((error) => error.status || error.code)))
    await clock.until(fly.get('/app/good'))
  }
  delete globalThis.wx
  assert.deepEqual(ends, ['AUTH_EXPIRED', 401, 401, 401, 401])
  assert.equal(loginsOf(phone), 2)
}))

test('such a path polled with replay: false: one refresh too', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.get('/app/x'))
  backend.fault('/app/bad', REFUSES, 1e9)
  for (let i = 0; i < 10; i++) {
    await clock.until(outcome(client.get('/app/bad', {}, { replay: false })))
    await clock.until(client.get('/app/good'))
    await clock.tick(3000)
  }
  assert.equal(loginsOf(phone), 2)
}))

// ---- logging out with a session that has expired

const live = (backend) => [...backend.tokens.values()].filter((state) => state === 'live').length

test('logout others with an expired token: renewed first, then the others end', scene(async ({ clock, client, makeClient, backend }) => {
  await clock.until(client.session.login())
  backend.expire()
  await clock.until(makeClient({ appid: 'elsewhere' }).session.login())
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'others' })), { sessionsEnded: 1 })
  assert.equal(live(backend), 1)
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

test('logout all with an expired token: all end, and nobody is logged in afterwards', scene(async ({ clock, client, makeClient, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  await clock.until(makeClient({ appid: 'elsewhere' }).session.login())
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'all' })), { sessionsEnded: 2 })
  assert.equal(live(backend), 0)
  assert.equal(client.session.getToken(), undefined)
  assert.equal(phone.peak.login, 1)
}))

test('logout this with an expired token sends no login', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  assert.deepEqual(await clock.until(client.session.logout()), { sessionsEnded: 0 })
  assert.equal(loginsOf(phone), 1)
}))

// ---- pictures

test('a picture without a hook goes to the server; its 404 says what to do, and nothing is stored', scene(async ({ clock, client, backend, phone }) => {
  const user = await clock.until(client.session.updateUser(picture))
  assert.match(user.avatarUrl, /^https:\/\/shop\.example\/avatars\//)
  assert.equal(user.nickname, '小明')
  const upload = phone.calls.find((call) => call.name === 'uploadFile')
  assert.deepEqual([upload.path, upload.options.name, upload.options.header.Authorization], ['/wx/updateavatar', 'file', 'Bearer ' + client.session.getToken()])
  backend.avatars = false
  const before = backend.count('/wx/updateuser')
  const error = await clock.until(client.session.updateUser(picture).catch((e) => e))
  assert.deepEqual([error.code, error.field, backend.count('/wx/updateuser')], ['NOT_FOUND', 'avatarUrl', before])
  assert.match(error.message, /hooks\.uploadAvatar/)
  assert.ok(error.requestId)
}))

test('a picture alone: no empty profile follows', scene(async ({ clock, client, backend }) => {
  assert.match((await clock.until(client.session.updateUser({ avatarUrl: 'wxfile://tmp_1.png' }))).avatarUrl, /^https:/)
  assert.equal(backend.count('/wx/updateuser'), 0)
}))

test('an upload refused for an expired token is made again after one refresh', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  await clock.until(client.session.updateUser(picture))
  assert.deepEqual([loginsOf(phone), backend.count('/wx/updateavatar')], [2, 2])
}))

// ---- events as they come

test('nextStep takes the event: of the form, of the phone button, of getUserInfo, and its detail as before', scene(async ({ clock, client, backend }) => {
  assert.equal(await clock.until(client.auth.nextStep({ type: 'submit', detail: { value: { nickname: '小明' }, target: {} }, currentTarget: {} })), 2)
  assert.equal(await clock.until(client.auth.nextStep({ type: 'getphonenumber', detail: { errMsg: 'getPhoneNumber:ok', code: 'c', iv: 'i', encryptedData: 'e' } })), 3)
  assert.deepEqual(backend.log.slice(1).map(({ data }) => data), [{ nickname: '小明' }, { code: 'c' }])
}))

test('nextStep: an event of the phone button does the phone step, whatever is open', scene(async ({ clock, client }) => {
  await clock.until(client.auth.nextStep({ type: 'getphonenumber', detail: { errMsg: 'getPhoneNumber:ok', code: 'c' } }))
  assert.equal(client.session.hasPhone(), true)
}))

test('nextStep: an event in which the user declined, or that a container has done already, changes nothing', scene(async ({ clock, client, backend }) => {
  assert.equal(await clock.until(client.auth.nextStep({ type: 'getphonenumber', detail: { errMsg: 'getPhoneNumber:fail user deny' } })), 1)
  assert.equal(await clock.until(client.auth.nextStep({ type: 'success', detail: { userInfo: { nickname: 'x' } } })), 1)
  assert.deepEqual(backend.log.map(({ path }) => path), ['/wx/onlogin'])
}))

test('updateUser and updatePhone take the events too', scene(async ({ clock, client }) => {
  assert.equal((await clock.until(client.session.updateUser({ type: 'submit', detail: { value: { nickname: 'a' } } }))).nickname, 'a')
  assert.equal((await clock.until(client.session.bindPhone({ type: 'getphonenumber', detail: { errMsg: 'getPhoneNumber:ok', code: 'c' } }))).phone, '13800138000')
}))

// ---- functions of the application that throw

const broken = () => {
  throw new Error('mine')
}

for (const [field, config] of [['codeOf', { codeOf: broken }], ['whitelist', { whitelist: [broken] }], ['unwrap', { unwrap: broken }], ['header', { header: broken }]]) {
  test(`a ${field} that throws is HOOK_FAILED, and leaves the client usable`, scene(async ({ clock, makeClient, client, sdk }) => {
    const failing = makeClient(Object.assign({ maxConcurrent: 1 }, config))
    for (let i = 0; i < 3; i++) {
      const error = await clock.until(failing.get('/app/x').catch((e) => e))
      assert.ok(error instanceof sdk.MpAuthError, String(error))
      assert.deepEqual([error.code, error.field, error.cause.message], ['HOOK_FAILED', field, 'mine'])
    }
    assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  }))
}

test('a codeOf and a whitelist that throw are HOOK_FAILED by flyio too', scene(async ({ clock, makeClient, phone, sdk }) => {
  globalThis.wx = phone.wx
  for (const config of [{ codeOf: broken }, { whitelist: [broken] }]) {
    const fly = new Fly()
    fly.config.baseURL = BASE
    sdk.attachFly(fly, makeClient(config))
    assert.equal(await clock.until(outcome(fly.get('/app/x'))), 'HOOK_FAILED')
  }
  delete globalThis.wx
}))

test('a selectComponent that throws is a page without a popup', scene(async ({ clock, client, phone }) => {
  globalThis.getCurrentPages = () => [{ route: 'pages/x', options: {}, selectComponent: broken }]
  assert.equal(await clock.until(outcome(client.auth.mustAuth())), 'AUTH_REDIRECTED')
  assert.ok(phone.calls.some((call) => call.name === 'redirectTo'))
}))

test('@mustAuth on a method that is not async: runs when the step is reached, in both dialects', scene(async ({ clock, client, sdk, phone }) => {
  globalThis.wx = phone.wx
  sdk.setDefaultClient(client)
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  const plain = { onTap(n) {
    return this.base + n
  } }
  const legacy = sdk.mustAuth()(plain, 'onTap', { value: plain.onTap, writable: true }).value
  const tc39 = sdk.mustAuth()(plain.onTap, { kind: 'method' })
  assert.equal(await clock.until(legacy.call({ base: 1 }, 2)), 3)
  assert.equal(await clock.until(tc39.call({ base: 2 }, 2)), 4)
  delete globalThis.wx
}))

for (const [what, storage] of [
  ['get', { get: () => Promise.resolve(null), set() {}, clear() {} }],
  ['get that rejects', { get: () => Promise.reject(new Error('mine')), set() {}, clear() {} }]
]) {
  test(`an asynchronous storage (${what}) is refused when the client is made`, scene(async ({ makeClient }) => {
    assert.throws(() => makeClient({ storage }), { code: 'BAD_CONFIG', field: 'storage' })
  }))
}

test('a storage whose set and clear answer later is no fault; nothing is left unhandled', scene(async ({ clock, makeClient }) => {
  const unhandled = []
  const note = (error) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const later = () => Promise.reject(new Error('full'))
  const client = makeClient({ storage: { get: () => null, set: later, clear: later } })
  await clock.until(client.session.login())
  client.session.clearSession()
  await clock.settle()
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
}))

test('a path that was good again is cured by a refresh like any other', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.get('/app/x'))
  backend.fault('/app/bad', REFUSES, 2)
  await clock.until(outcome(client.get('/app/bad')))
  await clock.until(client.get('/app/good'))
  assert.equal((await clock.until(client.get('/app/bad'))).statusCode, 200)
  const before = loginsOf(phone)
  backend.expire()
  assert.equal((await clock.until(client.get('/app/bad'))).statusCode, 200)
  assert.equal(loginsOf(phone), before + 1)
}))

test('after a session that expired in earnest such a path is asked anew, once', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.get('/app/x'))
  backend.fault('/app/bad', REFUSES, 1e9)
  await clock.until(outcome(client.get('/app/bad')))
  await clock.until(client.get('/app/good'))
  backend.expire()
  await clock.until(client.get('/app/good'))
  const before = loginsOf(phone)
  for (let i = 0; i < 3; i++) {
    await clock.until(outcome(client.get('/app/bad')))
    await clock.until(client.get('/app/good'))
  }
  assert.equal(loginsOf(phone), before + 1)
}))
