// SPDX-License-Identifier: MIT
/*
 * features.test.js: what goes beyond login and repetition: native tasks, other
 * origins, headers, unwrapping, loading, retry, sockets, staying logged out,
 * sessions, clients that share one.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')
const { showPage, Popup } = require('./support/pages')
const { idOf } = require('./support/backend')

const headerOf = (phone) => phone.calls.at(-1).options.header
const uiNames = (phone) => phone.ui.map(([name]) => name)
const KEY = 'wxlogin:' + BASE

// ---- the native task

test('onTask gets the platform\'s task, of each sending; it never reaches the platform', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.get('/app/x'))
  backend.expire()
  const tasks = []
  const heard = []
  await clock.until(client.request({ url: '/app/x', enableChunked: true, onTask: (task) => {
    tasks.push(task)
    task.onHeadersReceived((headers) => heard.push(headers))
  } }))
  assert.equal(tasks.length, 2, 'once refused, once repeated')
  const sent = phone.calls.filter((call) => call.path === '/app/x').at(-1)
  assert.equal('onTask' in sent.options, false)
  assert.equal(sent.options.enableChunked, true)
  sent.listeners.headers({ header: { a: 'b' } })
  assert.deepEqual(heard, [{ header: { a: 'b' } }])
}))

test('an onTask that throws does not disturb the request', scene(async ({ clock, client }) => {
  const broken = () => {
    throw new Error('mine')
  }
  assert.equal((await clock.until(client.uploadFile({ url: '/app/x', filePath: 'a', name: 'f', onTask: broken }))).statusCode, 200)
}))

// ---- origins and headers

test('origins get the token and renew it as baseURL\'s own; others do not', scene(async ({ clock, makeClient, phone, backend }) => {
  const client = makeClient({ origins: ['https://api.example', 'http://127.0.0.1:8081/'] })
  for (const url of ['https://api.example/app/x', 'http://127.0.0.1:8081/app/y']) {
    backend.expire()
    assert.equal((await clock.until(client.get(url))).statusCode, 200)
    assert.equal(headerOf(phone).Authorization, 'Bearer ' + client.session.getToken())
  }
  await clock.until(client.get('https://api.example.evil.example/app/x'))
  assert.equal((headerOf(phone) || {}).Authorization, undefined)
}))

test('header: defaults for own origins only; the request\'s own count, whatever their case; a function sees the request', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ header: ({ url }) => ({ 'X-Tenant': 'a', 'Content-Type': 'text/plain', 'X-Url': url }) })
  await clock.until(client.post('/app/x', {}, { header: { 'content-type': 'application/json', 'x-tenant': 'b' } }))
  const { Authorization, ...rest } = headerOf(phone)
  assert.ok(Authorization)
  assert.deepEqual(rest, { 'content-type': 'application/json', 'x-tenant': 'b', 'X-Url': '/app/x' })
  await clock.until(makeClient({ header: { 'X-Tenant': 'a' } }).get('/public/x'))
  assert.equal(headerOf(phone)['X-Tenant'], 'a')
  await clock.until(client.get('https://cdn.example/x'))
  assert.deepEqual(headerOf(phone) || {}, {})
}))

// ---- envelopes

test('unwrap: the data of an OK reply; a code, or a status without one, is an error', scene(async ({ clock, client, backend }) => {
  assert.deepEqual(await clock.until(client.get('/app/x', {}, { unwrap: true })), { path: '/app/x', data: {} })
  backend.fault('/app/x', 'USER_BLOCKED')
  const error = await clock.until(client.get('/app/x', {}, { unwrap: true }).catch((e) => e))
  assert.deepEqual([error.name, error.code], ['MpAuthError', 'USER_BLOCKED'])
  assert.ok(error.requestId)
  backend.fault('/app/x', { statusCode: 502, data: '<html>' })
  assert.equal(await clock.until(outcome(client.get('/app/x', {}, { unwrap: true }))), 'HTTP_ERROR')
  backend.fault('/app/x', { statusCode: 200, data: [1, 2] })
  assert.deepEqual(Array.from(await clock.until(client.get('/app/x', {}, { unwrap: true }))), [1, 2])
}))

test('unwrap by configuration: with codeOf for the application\'s own envelope, or a function; uploads too, downloads not', scene(async ({ clock, makeClient, backend }) => {
  const own = makeClient({ unwrap: true, codeOf: ({ data }) => data.errno })
  backend.fault('/app/x', { statusCode: 200, data: { errno: 0, data: 'good' } })
  assert.equal(await clock.until(own.get('/app/x')), 'good')
  backend.fault('/app/x', { statusCode: 200, data: { errno: 1017, message: 'sold out' } })
  const error = await clock.until(own.get('/app/x').catch((e) => e))
  assert.deepEqual([error.code, error.message], ['1017', 'sold out'])
  const byFunction = makeClient({ unwrap: ({ data }) => data.data.path })
  assert.equal(await clock.until(byFunction.get('/app/y')), '/app/y')
  assert.equal((await clock.until(makeClient({ unwrap: true }).uploadFile({ url: '/app/u', filePath: 'a', name: 'f' }))).path, '/app/u')
  assert.equal((await clock.until(makeClient({ unwrap: true }).downloadFile({ url: '/app/d' }))).tempFilePath, 'wxfile://tmp/1')
  assert.equal((await clock.until(byFunction.get('/app/y', {}, { unwrap: false }))).statusCode, 200)
  assert.equal((await clock.until(byFunction.session.updateUser({ nickname: 'a' }))).nickname, 'a', 'the server\'s own replies are not the application\'s')
}))

// ---- loading

test('loading: a mask while such requests run, one for all of them, gone with abort too', scene(async ({ clock, client, phone }) => {
  const all = [client.get('/app/x', {}, { loading: '下单中' }), client.get('/app/y', {}, { loading: true }), client.get('/app/z')]
  const ends = all.map(outcome)
  await clock.settle()
  assert.deepEqual(phone.ui, [['showLoading', { title: '下单中', mask: true }]])
  all[0].abort()
  await clock.until(Promise.all(ends))
  assert.deepEqual(uiNames(phone), ['showLoading', 'hideLoading'])
  assert.equal(phone.ui[1][1].noConflict, true)
  assert.equal('loading' in phone.calls.at(-1).options, false)
}))

// ---- interruptions

const interrupted = (phone, path, n = 1) => times(n, () => phone.once((call) => call.path === path, (call) => call.fail('interrupted')))

test('retry: an idempotent request that the platform cut off is sent again, as often as allowed; others are not', scene(async ({ clock, makeClient, client, phone, backend }) => {
  interrupted(phone, '/app/x', 2)
  assert.equal((await clock.until(client.get('/app/x', {}, { retry: 2 }))).statusCode, 200)
  const patient = makeClient({ retry: 1 })
  interrupted(phone, '/app/x')
  assert.equal((await clock.until(patient.get('/app/x'))).statusCode, 200)
  interrupted(phone, '/app/x')
  assert.equal(await clock.until(outcome(patient.post('/app/x'))), 'NETWORK')
  interrupted(phone, '/app/x')
  assert.equal((await clock.until(patient.post('/app/x', {}, { retry: 1 }))).statusCode, 200, 'who knows that it may be')
  interrupted(phone, '/app/x')
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'NETWORK', 'by default never')
  phone.offline = true
  const before = phone.calls.length
  assert.equal(await clock.until(outcome(patient.get('/app/x'))), 'NETWORK')
  assert.equal(phone.calls.length, before + 1, 'no network is no interruption')
  assert.ok(backend.log.every(({ statusCode }) => statusCode === 200))
}))

test('retry: waits until the mini program is in the foreground again', scene(async ({ clock, makeClient, phone, backend }) => {
  const client = makeClient({ retry: 1 })
  await clock.until(client.session.login())
  phone.hides.forEach((listener) => listener())
  interrupted(phone, '/app/x')
  const end = outcome(client.get('/app/x'))
  await clock.tick(60000)
  assert.equal(backend.count('/app/x'), 0)
  phone.shows.forEach((listener) => listener())
  assert.equal((await clock.until(end)).statusCode, 200)
}))

// ---- sockets

/** A platform with sockets whose handshakes the backend judges. */
function withSockets({ phone, backend }) {
  const sockets = []
  phone.wx.connectSocket = undefined
  const connectSocket = (options) => {
    const socket = { options, closed: false, onOpen: (listener) => (socket.opened = listener), onError: (listener) => (socket.failed = listener), close: () => (socket.closed = true) }
    sockets.push(socket)
    setTimeout(() => {
      const token = ((options.header || {}).Authorization || '').replace('Bearer ', '')
      if (phone.offline) socket.failed({ errMsg: 'connectSocket:fail network' })
      else if (phone.silent) return
      else if (/\/public\//.test(options.url) || backend.tokens.get(token) === 'live') socket.opened({})
      else socket.failed({ errMsg: 'Invalid HTTP status: 401' })
    }, 10)
    return socket
  }
  return { sockets, wx: Object.assign({}, phone.wx, { connectSocket }) }
}

test('connectSocket: logs in, sends the token in the handshake, resolves to the open task', scene(async (world) => {
  const { clock, makeClient, phone } = world
  const { sockets, wx } = withSockets(world)
  const client = makeClient({ wx })
  const task = await clock.until(client.connectSocket({ url: '/app/live', protocols: ['a'] }))
  assert.equal(task, sockets[0])
  assert.deepEqual([task.options.url, task.options.header.Authorization, task.options.protocols], ['wss://shop.example/app/live', 'Bearer ' + client.session.getToken(), ['a']])
  const open = await clock.until(client.connectSocket({ url: 'wss://shop.example/public/x' }))
  assert.equal(open.options.header, undefined)
  assert.equal(phone.count('login'), 1)
}))

test('connectSocket: a handshake refused with 401 renews the session and is made once more', scene(async (world) => {
  const { clock, makeClient, backend, phone } = world
  const { sockets, wx } = withSockets(world)
  const client = makeClient({ wx })
  await clock.until(client.session.login())
  backend.expire()
  await clock.until(client.connectSocket({ url: '/app/live' }))
  assert.deepEqual([sockets.length, sockets[0].closed, sockets[1].closed, phone.count('login')], [2, true, false, 2])
  backend.useless = true
  backend.expire()
  for (const [token] of backend.tokens) backend.tokens.set(token, 'ended')
  phone.rules.push((call) => call.path === '/wx/onlogin' && (call.ok({ statusCode: 200, header: {}, data: { code: 'OK', data: { token: 'x'.repeat(43), userInfo: {} } } }), true))
  assert.equal(await clock.until(outcome(client.connectSocket({ url: '/app/live' }))), 'AUTH_EXPIRED', 'twice')
}))

test('connectSocket: no network, no answer, given up, nothing to open', scene(async (world) => {
  const { clock, makeClient, phone } = world
  const { sockets, wx } = withSockets(world)
  const client = makeClient({ wx })
  await clock.until(client.session.login())
  phone.offline = true
  assert.equal(await clock.until(outcome(client.connectSocket({ url: '/app/live' }))), 'NETWORK')
  phone.offline = false
  phone.silent = true
  assert.equal(await clock.until(outcome(client.connectSocket({ url: '/app/live', timeout: 500 }))), 'TIMEOUT')
  const given = client.connectSocket({ url: '/app/live' })
  await clock.settle()
  given.abort()
  assert.equal(await clock.until(outcome(given)), 'ABORTED')
  assert.ok(sockets.every((socket) => socket.closed))
  assert.equal(await clock.until(outcome(client.connectSocket())), 'BAD_CONFIG')
  assert.equal(await clock.until(outcome(makeClient({ wx: phone.wx }).connectSocket({ url: '/public/x' }))), 'NETWORK')
}))

// ---- the user data, without a login

test('refreshUser: fetches the user data anew, stores them, tells who listens; no wx.login', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  const seen = []
  const stop = client.session.onChange((user) => seen.push(user && user.nickname))
  backend.user.nickname = 'changed elsewhere'
  assert.equal((await clock.until(client.session.refreshUser())).nickname, 'changed elsewhere')
  assert.equal(client.session.getUser().nickname, 'changed elsewhere')
  assert.equal(phone.count('login'), 1)
  client.session.clearSession()
  stop()
  await clock.until(client.session.login())
  assert.deepEqual(seen, ['changed elsewhere', null])
}))

// ---- the expiry as a hint

/** The mini program is started again, `ms` later. */
async function restart({ clock, makeClient, client }, ms) {
  await clock.until(client.session.login())
  await clock.tick(ms)
  return makeClient()
}

test('a cold start with a session known to be over: one login first, no request in vain', scene(async (world) => {
  const { clock, backend, phone } = world
  const client = await restart(world, 7200001)
  backend.expire()
  const replies = await clock.until(Promise.all(times(20, () => client.get('/app/x'))))
  assert.ok(replies.every(({ statusCode }) => statusCode === 200))
  assert.deepEqual([backend.count('/app/x'), phone.count('login')], [20, 2])
}))

test('a cold start before that sends the requests at once', scene(async (world) => {
  const { clock, phone } = world
  const client = await restart(world, 7100000)
  await clock.until(client.get('/app/x'))
  assert.equal(phone.count('login'), 1)
}))

test('use moves the hint on, as it moves the server\'s', scene(async (world) => {
  const { clock, client, phone, makeClient } = world
  await clock.until(client.session.login())
  await clock.tick(7000000)
  await clock.until(client.get('/app/x'))
  await clock.tick(7000000)
  await clock.until(makeClient().get('/app/x'))
  assert.equal(phone.count('login'), 1)
}))

test('it is a hint: when that login fails the old token is tried, and the server has the last word', scene(async (world) => {
  const { clock, backend } = world
  const client = await restart(world, 7200001)
  backend.fault('/wx/onlogin', 'WECHAT_UNAVAILABLE', 99)
  const replies = await clock.until(Promise.all(times(3, () => client.get('/app/x'))))
  assert.ok(replies.every(({ statusCode }) => statusCode === 200), 'the phone\'s clock was wrong')
}))

test('a session stored by an older version has no hint', scene(async ({ clock, makeClient, backend, phone }) => {
  backend.tokens.set('old', 'live')
  phone.storage.set(KEY, '{"token":"old","userInfo":{}}')
  await clock.until(makeClient().get('/app/x'))
  assert.equal(phone.count('login'), 0)
}))

// ---- staying logged out

test('logout({stay: true}): nothing logs in until resume(), not after a restart either', scene(async ({ clock, client, makeClient, phone }) => {
  await clock.until(client.session.login())
  assert.deepEqual(await clock.until(client.session.logout({ stay: true })), { sessionsEnded: 1 })
  const again = makeClient()
  for (const one of [client, again]) {
    for (const act of [() => one.get('/app/x'), () => one.session.login(), () => one.session.login({ force: true }), () => one.session.refreshLogin(), () => one.session.ensureSessionKey(), () => one.auth.mustAuth()]) {
      assert.equal(await clock.until(outcome(act())), 'LOGGED_OUT')
    }
    assert.equal((await clock.until(one.get('/public/x'))).statusCode, 200)
  }
  assert.equal(phone.count('login'), 1)
  assert.ok((await clock.until(again.session.resume())).token)
  assert.equal((await clock.until(again.get('/app/x'))).statusCode, 200)
  assert.equal((await clock.until(makeClient().get('/app/x'))).statusCode, 200)
}))

test('a plain logout, and resume without a stay, are as ever', scene(async ({ clock, client }) => {
  assert.ok((await clock.until(client.session.resume())).token)
  await clock.until(client.session.logout())
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
}))

// ---- requirements that are no line

test('need: what is asked for is what is missing of it; the popup is told', scene(async ({ clock, client }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  const end = outcome(client.auth.mustAuth({ need: ['phone'] }))
  await clock.tick(100)
  assert.deepEqual(popup.opened, [{ mustAuthStep: 3, need: ['phone'] }])
  await clock.until(client.session.updatePhone({ code: 'c' }))
  popup.resolve()
  assert.equal((await clock.until(end)).phone, '13800138000')
  assert.deepEqual([client.auth.currentStep(), client.auth.missing({ need: ['user', 'phone'] }), client.auth.missing()], [1, ['user'], ['user']])
  assert.equal((await clock.until(client.auth.mustAuth({ need: ['phone'] }))).nickname, '')
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ need: ['email'] }))), 'BAD_CONFIG')
}))

test('need: the authorisation page is told', scene(async ({ clock, client, phone }) => {
  showPage('pages/x', {})
  await clock.until(outcome(client.auth.mustAuth({ need: ['phone'], mode: 'page' })))
  assert.equal(phone.calls.at(-1).options.url, '/pages/auth/index?mustAuthStep=3&need=phone&backTo=%2Fpages%2Fx')
}))

test('steps with unionid: ONE while there is none, whatever else there is', scene(async ({ clock, makeClient, backend }) => {
  const client = makeClient({ steps: ['unionid', 'user', 'phone'] })
  Object.assign(backend.user, { nickname: 'a', phone: '1' })
  await clock.until(client.session.login())
  assert.deepEqual([client.auth.currentStep(), client.session.hasUnionId(), client.auth.missing({ mustAuthStep: 2 })], [1, false, ['unionid']])
  backend.user.hasUnionId = true
  await clock.until(client.session.refreshUser())
  assert.deepEqual([client.auth.currentStep(), client.auth.getAuthStep(), client.session.hasUnionId()], [3, 3, true])
}))

// ---- what the login tells

test('device: model and version of the platform, or one\'s own, or none; bounded as the server wants it', scene(async ({ clock, makeClient, backend, phone }) => {
  const told = async (config) => {
    await clock.until(makeClient(config).session.login({ force: true }))
    return backend.log.at(-1).data.device
  }
  const wx = Object.assign({}, phone.wx, { getDeviceInfo: () => ({ model: 'iPhone 15' }), getAppBaseInfo: () => ({ version: '8.0.50' }) })
  assert.equal(await told({ wx }), 'iPhone 15 / WeChat 8.0.50')
  assert.equal(await told({ wx, device: false }), undefined)
  assert.equal(await told({ device: 'cash desk 3' }), 'cash desk 3')
  assert.equal(await told({ device: async () => 'a\u0007b' + '😀'.repeat(80) }), 'ab' + '😀'.repeat(62))
  assert.equal(await told({}), undefined)
}))

test('loginData: goes with the code, never in its place; a function may be asynchronous, and may fail', scene(async ({ clock, makeClient, backend }) => {
  await clock.until(makeClient({ appid: 'wx1', loginData: { invite: 'i', code: 'mine', appid: 'mine' } }).session.login())
  const { code, ...rest } = backend.log.at(-1).data
  assert.match(code, /^code-/)
  assert.deepEqual(rest, { invite: 'i', appid: 'wx1' })
  await clock.until(makeClient({ appid: 'wx2', loginData: async () => ({ invite: 'later' }) }).session.login())
  assert.equal(backend.log.at(-1).data.invite, 'later')
  const failing = makeClient({ appid: 'wx3', loginData: () => Promise.reject(new Error('mine')) })
  assert.equal(await clock.until(outcome(failing.session.login())), 'HOOK_FAILED')
}))

// ---- sessions

test('list and logout one: ends that one; of the current one the phone forgets it too', scene(async ({ clock, client, makeClient, backend }) => {
  const other = makeClient({ appid: 'elsewhere', device: 'iPad' })
  const { token } = await clock.until(other.session.login())
  await clock.until(client.session.login())
  const sessions = await clock.until(client.session.list())
  assert.deepEqual(sessions.map(({ id, current, device }) => [id, current, device]), [
    [idOf(client.session.getToken()), true, ''], [idOf(token), false, 'iPad']])
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'one', session: idOf(token) })), { sessionsEnded: 1 })
  assert.deepEqual(backend.log.at(-1).data, { scope: 'one', session: idOf(token) })
  assert.deepEqual(await clock.until(client.session.logout({ scope: 'one', session: idOf(token) })), { sessionsEnded: 0 })
  assert.ok(client.session.getToken())
  await clock.until(client.session.logout({ scope: 'one', session: sessions[0].id }))
  assert.equal(client.session.getToken(), undefined)
}))

for (const options of [{ scope: 'one' }, { scope: 'one', session: 'ABC' }, { session: '0123456789abcdef' }, { scope: 'all', session: '0123456789abcdef' }]) {
  test(`logout(${JSON.stringify(options)}) is BAD_CONFIG: nobody ends the wrong one`, scene(async ({ clock, client }) => {
    const { token } = await clock.until(client.session.login())
    const error = await clock.until(client.session.logout(options).catch((e) => e))
    assert.deepEqual([error.code, error.field, client.session.getToken()], ['BAD_CONFIG', 'session', token])
  }))
}

// ---- one session over several clients

test('share: two clients, two servers, one session, one login, one limit of what is on the wire', scene(async ({ clock, client, makeClient, phone, sdk, backend }) => {
  const stock = makeClient({ baseURL: 'https://stock.example', share: client, tokenHeader: 'X-Token', whitelist: [] })
  await clock.until(Promise.all([...times(10, () => client.get('/app/x')), ...times(10, () => outcome(stock.get('/public/y')))]))
  assert.equal(phone.count('login'), 1)
  assert.ok(phone.peak.ordinary <= 8, String(phone.peak.ordinary))
  const toStock = phone.calls.filter((call) => /stock/.test(call.options.url))
  assert.ok(toStock.every((call) => call.options.header['X-Token'] === client.session.getToken()))
  assert.equal(stock.session, client.session)
  assert.deepEqual([stock.auth, stock.status], [client.auth, client.status])
  assert.ok(toStock.every((call) => !/onlogin/.test(call.options.url)))
  assert.throws(() => sdk.createClient({ baseURL: BASE, wx: phone.wx, share: {} }), { code: 'BAD_CONFIG', field: 'share' })
}))

// ---- names, and what the log is told

test('the article\'s names are aliases', scene(async ({ sdk, client }) => {
  assert.deepEqual(sdk.AuthDisplayMode, { POPUP: 'popup', PAGE: 'page' })
  assert.equal(sdk.AuthStepType, sdk.AuthStep)
  assert.equal(client.auth.getAuthStep(), client.auth.currentStep())
  for (const name of ['bindPhone', 'hasUnionId']) assert.equal(typeof client.session[name], 'function')
}))

test('hooks.log is told when the fuse blows, when it is whole again, and when the session_key is dead', scene(async ({ clock, makeClient, backend, phone }) => {
  const lines = []
  const client = makeClient({ hooks: { log: (level, event) => lines.push(event) } })
  await clock.until(client.session.login())
  phone.rules.push((call) => call.name === 'checkSession' && (call.fail('expired'), true))
  phone.shows.forEach((listener) => listener())
  await clock.until(client.session.ensureSessionKey())
  backend.useless = true
  for (let i = 0; i < 4; i++) await clock.until(outcome(client.get('/app/x')))
  await clock.tick(6000)
  backend.useless = false
  backend.expire()
  await clock.until(client.get('/app/x'))
  assert.deepEqual(lines, ['session-key.dead', 'fuse.blown', 'fuse.whole'])
}))
