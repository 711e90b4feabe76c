// SPDX-License-Identifier: MIT
/*
 * requests.test.js: request, get, post, put, delete, uploadFile, downloadFile:
 * who gets the token, what is repeated, what is given up, how many at once.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')

const isApp = (call) => call.path.startsWith('/app/')
const isOnlogin = (call) => call.path === '/wx/onlogin'
const tokenOf = (call) => (call.options.header || {}).Authorization

test('replies: statusCode, header, data, requestId, and nothing else', scene(async ({ clock, client }) => {
  const reply = await clock.until(client.request({ url: '/app/x', method: 'POST', data: { a: 1 } }))
  assert.deepEqual(Object.keys(reply).sort(), ['data', 'header', 'requestId', 'statusCode'])
  assert.deepEqual(reply.data, { code: 'OK', data: { path: '/app/x', data: { a: 1 } } })
  assert.equal(reply.requestId, 'req-2')
}))

test('requestId is found under any spelling of the header', scene(async ({ clock, client, phone }) => {
  for (const name of ['x-request-id', 'X-Request-ID', 'X-REQUEST-ID']) {
    phone.once(isApp, (call) => call.ok({ statusCode: 200, data: {}, header: { [name]: 'abc' } }))
    assert.equal((await clock.until(client.get('/app/x'))).requestId, 'abc')
  }
}))

test('any HTTP status resolves', scene(async ({ clock, client, backend }) => {
  for (const [code, status] of [['NOT_FOUND', 404], ['USER_BLOCKED', 403], ['BUSY', 503], ['TOO_MANY_REQUESTS', 429]]) {
    backend.fault('/app/x', code)
    assert.equal((await clock.until(client.get('/app/x'))).statusCode, status)
  }
}))

test('get, post, put, delete: method, data and further options reach wx.request', scene(async ({ clock, client, phone }) => {
  for (const method of ['get', 'post', 'put', 'delete']) {
    await clock.until(client[method]('/app/x', { m: method }, { dataType: 'other', needLogin: true }))
    const { options } = phone.calls.at(-1)
    assert.deepEqual([options.method, options.data, options.dataType], [method.toUpperCase(), { m: method }, 'other'])
    assert.ok(!('needLogin' in options) && !('replay' in options))
  }
}))

test('needLogin: by option, then origin, then whitelist', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ whitelist: ['/public', /^\/cms\/\d+\?preview/g, (o) => o.method === 'HEAD'] })
  await clock.until(client.session.login())
  const bearer = 'Bearer ' + client.session.getToken()
  const rows = [
    [{ url: '/app/x' }, bearer],
    [{ url: 'app/x' }, bearer],
    [{ url: BASE + '/app/x' }, bearer],
    [{ url: 'HTTPS://SHOP.EXAMPLE:443/app/x' }, bearer],
    [{ url: '/app/x', needLogin: false }, undefined],
    [{ url: '/public/x' }, undefined],
    [{ url: BASE + '/public/x' }, undefined],
    [{ url: '/public/x', needLogin: true }, bearer],
    [{ url: '/app/public' }, bearer],
    [{ url: '/cms/1?preview' }, undefined],
    [{ url: '/cms/2?preview' }, undefined], // a RegExp with g must not remember
    [{ url: '/cms/1' }, bearer],
    [{ url: '/app/x', method: 'HEAD' }, undefined],
    [{ url: 'https://cdn.example/app/x' }, undefined],
    [{ url: 'https://cdn.example/app/x', needLogin: true }, bearer],
    [{ url: 'http://shop.example/app/x' }, undefined],
    [{ url: 'https://shop.example:8443/app/x' }, undefined],
    [{ url: 'https://shop.example.evil.example/app/x' }, undefined],
    [{ url: 'https://shop.example@evil.example/app/x' }, undefined],
    [{ url: 'https://shop.example\\@evil.example/app/x' }, undefined],
    [{ url: 'https://shop.example?@evil.example/app/x' }, bearer],
    [{ url: '/wx/onlogin' }, undefined],
    [{ url: '/wx/onlogin?x=1', needLogin: true }, undefined]
  ]
  for (const [options, expected] of rows) {
    await clock.until(outcome(client.request(options)))
    assert.equal(tokenOf(phone.calls.at(-1)), expected, JSON.stringify(options))
  }
}))

test('a path outside the slash cannot change the host', scene(async ({ clock, client, phone }) => {
  for (const url of ['.evil.example/x', '@evil.example/x', '//evil.example/x', ':8443/x']) {
    await clock.until(outcome(client.get(url)))
    assert.match(phone.calls.at(-1).options.url, /^https:\/\/shop\.example\//)
  }
}))

test('a base URL with a path: requests and whitelist count from the origin', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ baseURL: BASE + '/api/', whitelist: ['/api/public'] })
  await clock.until(client.get('/public/x'))
  assert.equal(phone.calls.at(-1).options.url, BASE + '/api/public/x')
  assert.equal(phone.count('login'), 0)
}))

test('the token is in the header only, under one spelling, set when it is sent', scene(async ({ clock, client, phone }) => {
  await clock.until(client.request({ url: '/app/x', header: { authorization: 'Basic x', AUTHORIZATION: 'y', 'X-Mine': 'z' } }))
  const { header, url } = phone.calls.at(-1).options
  assert.deepEqual(header, { 'X-Mine': 'z', Authorization: 'Bearer ' + client.session.getToken() })
  assert.ok(!url.includes(client.session.getToken()))
}))

test('tokenHeader: any other name carries the bare token', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ tokenHeader: 'sessionid' })
  await clock.until(client.get('/app/x'))
  assert.equal(phone.calls.at(-1).options.header.sessionid, client.session.getToken())
}))

test('a header object of the caller is not written to', scene(async ({ clock, client }) => {
  const header = Object.freeze({ 'X-Mine': '1' })
  await clock.until(client.request(Object.freeze({ url: '/app/x', header })))
}))

for (const path of ['/app/x', '/app/code200', '/app/proxy401']) {
  test(`expired (${path}): refreshed once, repeated once with the new token and the same data`, scene(async ({ clock, client, backend, phone }) => {
    await clock.until(client.session.login())
    backend.expire()
    const reply = await clock.until(client.post(path, { n: 7 }))
    assert.deepEqual(reply.data.data, { path, data: { n: 7 } })
    assert.equal(phone.count('login'), 2)
    assert.equal(backend.count(path), 2)
  }))
}

test('a token the server does not know (AUTH_INVALID) is replaced as well', scene(async ({ clock, client, phone }) => {
  phone.storage.set('wxlogin:' + BASE, '{"token":"from another age"}')
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  assert.equal(phone.count('login'), 1)
}))

test('sent with an older token: repeated without a refresh', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/old')
  const old = client.get('/app/old')
  await clock.settle()
  backend.expire()
  await clock.until(client.session.refreshLogin())
  phone.rules.length = 0
  held[0].answer()
  assert.equal((await clock.until(old)).statusCode, 200)
  assert.equal(phone.count('login'), 2)
}))

test('refused twice: rejected with the server\'s code, requestId and reply', scene(async ({ clock, client, backend }) => {
  backend.useless = true
  const error = await clock.until(client.get('/app/x').catch((e) => e))
  assert.equal(error.code, 'AUTH_INVALID')
  assert.equal(error.requestId, error.response.data.requestId)
  assert.equal(error.response.statusCode, 401)
  assert.equal(backend.count('/app/x'), 2)
}))

test('a refresh that fails is the request\'s error', scene(async ({ clock, client, backend }) => {
  await clock.until(client.session.login())
  backend.expire()
  backend.fault('/wx/onlogin', 'USER_BLOCKED')
  assert.equal(await clock.until(outcome(client.get('/app/x'))), 'USER_BLOCKED')
}))

test('whitelisted and needLogin: false: AUTH_* is handed over, nobody logs in', scene(async ({ clock, client, backend, phone }) => {
  backend.fault('/public/x', 'AUTH_EXPIRED')
  assert.equal((await clock.until(client.get('/public/x'))).data.code, 'AUTH_EXPIRED')
  const reply = await clock.until(client.get('/app/x', {}, { needLogin: false }))
  assert.equal(reply.statusCode, 401)
  assert.equal(phone.count('login'), 0)
}))

test('replay: false: rejected at once with the code; the next request has a new token', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const held = phone.hold((call) => call.name === 'login')
  assert.equal(await clock.until(outcome(client.get('/app/x', {}, { replay: false }))), 'AUTH_EXPIRED')
  phone.rules.length = 0
  held[0].answer()
  assert.equal((await clock.until(client.get('/app/x', {}, { replay: false }))).statusCode, 200)
  assert.equal(phone.count('login'), 2)
}))

test('codeOf replaces the rule for the application, not for wxlogin itself', scene(async ({ clock, makeClient, phone, backend }) => {
  const client = makeClient({ codeOf: (reply) => (reply.data.errno === 10401 ? 'AUTH_EXPIRED' : undefined) })
  await clock.until(client.session.login())
  phone.once(isApp, (call) => call.ok({ statusCode: 200, data: { errno: 10401 } }))
  assert.equal((await clock.until(client.get('/app/x'))).statusCode, 200)
  assert.equal(phone.count('login'), 2)
  backend.expire()
  assert.equal((await clock.until(client.session.updateUser({ nickname: 'a' }))).nickname, 'a')
}))

test('DECRYPT_WX_OPEN_DATA_FAIL: refreshed, not repeated, retap', scene(async ({ clock, makeClient, backend, phone }) => {
  const taps = []
  const client = makeClient({ ui: { retap: (error) => taps.push(error.code) } })
  const error = await clock.until(client.post('/app/decrypt', { iv: 'x' }).catch((e) => e))
  assert.deepEqual([error.code, error.userAction], ['DECRYPT_WX_OPEN_DATA_FAIL', 'retap'])
  assert.deepEqual(taps, ['DECRYPT_WX_OPEN_DATA_FAIL'])
  assert.equal(backend.count('/app/decrypt'), 1)
  assert.equal(phone.count('login'), 2)
  backend.fault('/wx/onlogin', 'BUSY')
  const again = await clock.until(client.post('/app/decrypt').catch((e) => e))
  assert.deepEqual([again.code, again.userAction, again.cause.code], ['DECRYPT_WX_OPEN_DATA_FAIL', 'retap', 'BUSY'])
}))

test('uploadFile: string bodies are parsed, an expired session is renewed', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const reply = await clock.until(client.uploadFile({ url: '/app/avatar', filePath: 'wxfile://a', name: 'file' }))
  assert.deepEqual(Object.keys(reply).sort(), ['data', 'header', 'requestId', 'statusCode'])
  assert.equal(reply.data.code, 'OK')
  assert.equal(phone.count('uploadFile'), 2)
  assert.equal(phone.count('login'), 2)
  assert.equal(phone.calls.at(-1).options.filePath, 'wxfile://a')
}))

test('uploadFile: a body that is no JSON stays a string', scene(async ({ clock, client, phone }) => {
  phone.once((call) => call.name === 'uploadFile', (call) => call.ok({ statusCode: 200, data: 'thanks' }))
  assert.equal((await clock.until(client.uploadFile({ url: '/app/a', filePath: 'a', name: 'f' }))).data, 'thanks')
}))

test('downloadFile: HTTP 401 without a body is a refusal; the reply has its own shape', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  backend.expire()
  const reply = await clock.until(client.downloadFile({ url: '/app/invoice' }))
  assert.deepEqual(Object.keys(reply).sort(), ['header', 'requestId', 'statusCode', 'tempFilePath'])
  assert.equal(reply.tempFilePath, 'wxfile://tmp/1')
  assert.equal(phone.count('login'), 2)
}))

test('a transport error is NETWORK, a late one TIMEOUT, a throw NETWORK, each with its cause', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const tries = [
    [(call) => call.fail('interrupted'), 'NETWORK'],
    [(call) => call.fail('timeout'), 'TIMEOUT'],
    [() => {
      throw new Error('boom')
    }, 'NETWORK']
  ]
  for (const [answer, code] of tries) {
    phone.once(isApp, answer)
    const error = await clock.until(client.get('/app/x').catch((e) => e))
    assert.equal(error.code, code)
    assert.ok(error.cause)
  }
  const missing = Object.assign({}, phone.wx, { request: undefined })
  assert.equal(await clock.until(outcome(require('./support/sdk').createClient({ baseURL: BASE, wx: missing, whitelist: ['/'] }).get('/x'))), 'NETWORK')
}))

test('silence: TIMEOUT by our own clock, the task is aborted, the place is free', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ maxConcurrent: 1, timeout: 300 })
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/silent')
  const before = clock.time
  const silent = outcome(client.get('/app/silent'))
  const next = client.get('/app/x')
  assert.equal(await clock.until(silent), 'TIMEOUT')
  assert.equal(clock.time - before, 300)
  assert.equal(held[0].aborted, true)
  assert.equal((await clock.until(next)).statusCode, 200)
  const slow = client.get('/app/silent', {}, { timeout: 900 })
  assert.equal(await clock.until(outcome(slow)), 'TIMEOUT')
  assert.ok(held[1].options.timeout === 900)
}))

test('abort: while logging in: ABORTED at once, never sent, the login goes on', scene(async ({ clock, client, phone }) => {
  const request = client.get('/app/x')
  const other = client.get('/app/y')
  await clock.tick(5)
  request.abort()
  const before = clock.time
  assert.equal(await clock.until(outcome(request)), 'ABORTED')
  assert.equal(clock.time, before)
  assert.equal((await clock.until(other)).statusCode, 200)
  assert.equal(phone.calls.filter((call) => call.path === '/app/x').length, 0)
}))

test('abort: while waiting for a place: never sent, the place goes to the next', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ maxConcurrent: 1 })
  await clock.until(client.session.login())
  const first = client.get('/app/1')
  const second = client.get('/app/2')
  const third = client.get('/app/3')
  await clock.settle()
  second.abort()
  assert.equal(await clock.until(outcome(second)), 'ABORTED')
  await clock.until(Promise.all([first, third]))
  assert.deepEqual(phone.calls.filter(isApp).map((call) => call.path), ['/app/1', '/app/3'])
}))

test('abort: on the wire: the task is aborted, the place is free, a late answer is nothing', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ maxConcurrent: 1 })
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/1')
  const request = client.get('/app/1')
  await clock.settle()
  request.abort()
  request.abort()
  assert.equal(await clock.until(outcome(request)), 'ABORTED')
  assert.equal(held[0].aborted, true)
  assert.equal((await clock.until(client.get('/app/2'))).statusCode, 200)
}))

test('abort: during the refresh: not repeated, the refresh goes on', scene(async ({ clock, client, backend, phone }) => {
  const { token } = await clock.until(client.session.login())
  backend.expire()
  const held = phone.hold(isOnlogin)
  const request = client.get('/app/x')
  await clock.tick(100)
  request.abort()
  assert.equal(await clock.until(outcome(request)), 'ABORTED')
  held[0].answer()
  await clock.tick(100)
  assert.notEqual(client.session.getToken(), token)
  assert.equal(backend.count('/app/x'), 1)
}))

test('abort: after the end: nothing; uploads and downloads can be aborted too', scene(async ({ clock, client, phone }) => {
  const request = client.get('/app/x')
  await clock.until(request)
  request.abort()
  assert.equal((await clock.until(request)).statusCode, 200)
  phone.hold((call) => /File$/.test(call.name))
  const upload = () => client.uploadFile({ url: '/app/u', filePath: 'a', name: 'f' })
  for (const begin of [upload, () => client.downloadFile({ url: '/app/d' })]) {
    const task = begin()
    await clock.settle()
    task.abort()
    assert.equal(await clock.until(outcome(task)), 'ABORTED')
    assert.equal(phone.calls.at(-1).aborted, true)
  }
}))

test('abort of a task that throws in abort() is still an abort', scene(async ({ clock, makeClient, phone }) => {
  const wx = Object.assign({}, phone.wx, { request: () => ({ abort() {
    throw new Error('boom')
  } }) })
  const request = makeClient({ wx }).get('/public/x')
  await clock.settle()
  request.abort()
  assert.equal(await clock.until(outcome(request)), 'ABORTED')
}))

test('at most 8 at once over request, uploadFile and downloadFile; all are served', scene(async ({ clock, client, phone }) => {
  const kinds = [
    (i) => client.get('/app/' + i),
    (i) => client.uploadFile({ url: '/app/' + i, filePath: 'a', name: 'f' }),
    (i) => client.downloadFile({ url: '/app/' + i })
  ]
  const replies = await clock.until(Promise.all(times(30, (i) => kinds[i % 3](i))))
  assert.ok(replies.every((reply) => reply.statusCode === 200))
  assert.equal(phone.peak.ordinary, 8)
}))

test('onlogin and logout go beside the 8, never more than 10 on the wire', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.options.url)
  const ends = times(9, (i) => outcome(client.get('/app/' + i)))
  await clock.settle()
  ends.push(...times(3, () => outcome(client.session.logout({ scope: 'others' }))))
  await clock.settle()
  assert.deepEqual([held.length, phone.peak.ordinary, phone.peak.wire], [10, 8, 10])
  ends.push(outcome(client.session.login({ force: true })))
  await clock.tick(50)
  held.find((call) => call.path === '/wx/logout').answer()
  await clock.settle()
  assert.ok(isOnlogin(held.at(-1)), 'the login goes before the logout that waits longer')
  await clock.until(Promise.all(ends))
  assert.deepEqual([phone.peak.ordinary, phone.peak.wire], [8, 10])
}))

test('the login jumps the queue when all ten places are taken', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ maxConcurrent: 10 })
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path.startsWith('/app/'))
  const requests = times(12, (i) => outcome(client.get('/app/' + i)))
  await clock.settle()
  const login = client.session.login({ force: true })
  await clock.tick(100)
  assert.equal(phone.peak.wire, 10)
  assert.equal(phone.calls.filter(isOnlogin).length, 1, 'no place yet')
  held[0].answer()
  await clock.settle()
  assert.equal(phone.calls.filter(isOnlogin).length, 2, 'the next free place is its')
  phone.rules.length = 0
  for (const call of held) call.answer()
  await clock.until(login)
  await clock.until(Promise.all(requests))
  assert.equal(phone.peak.wire, 10)
}))

test('a session that ends while a request waits for a place: ABORTED, nobody logs in', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ maxConcurrent: 1 })
  await clock.until(client.session.login())
  const first = client.get('/app/1')
  const second = outcome(client.get('/app/2'))
  await clock.settle()
  client.session.clearSession()
  assert.equal(await clock.until(second), 'ABORTED')
  await clock.until(first)
  assert.equal(phone.count('login'), 1)
}))

test('a refusal that arrives after logout does not log in again', scene(async ({ clock, client, phone, backend }) => {
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/app/x')
  const request = outcome(client.get('/app/x'))
  await clock.settle()
  await clock.until(client.session.logout())
  held[0].answer()
  assert.equal(await clock.until(request), 'AUTH_INVALID')
  assert.equal(phone.count('login'), 1)
  assert.equal(backend.count('/app/x'), 1)
}))

test('requests made during a refresh wait for its token; if it fails they are sent with the old one', scene(async ({ clock, client, backend, phone }) => {
  await clock.until(client.session.login())
  const refresh = client.session.refreshLogin()
  const reply = await clock.until(client.get('/app/x'))
  assert.equal(reply.statusCode, 200)
  const { token } = await clock.until(refresh)
  assert.equal(backend.log.at(-1).token, token)
  backend.fault('/wx/onlogin', 'BUSY')
  const failing = outcome(client.session.refreshLogin())
  assert.equal((await clock.until(client.get('/app/y'))).statusCode, 200)
  assert.equal(await clock.until(failing), 'BUSY')
  assert.equal(backend.log.at(-1).token, token)
  assert.equal(phone.count('login'), 3)
}))

test('a call without a url is BAD_CONFIG, not a throw', scene(async ({ clock, client }) => {
  for (const options of [undefined, {}, { url: 7 }]) {
    const error = await clock.until(client.request(options).catch((e) => e))
    assert.deepEqual([error.code, error.field], ['BAD_CONFIG', 'url'])
  }
}))

test('a platform that answers late, or twice, changes nothing', scene(async ({ clock, makeClient, phone }) => {
  const asked = []
  const wx = Object.assign({}, phone.wx, { request: (options) => void asked.push(options) })
  const client = makeClient({ wx, maxConcurrent: 1, timeout: 50 })
  const late = client.get('/public/late')
  assert.equal(await clock.until(outcome(late)), 'TIMEOUT')
  const twice = client.get('/public/twice')
  await clock.settle()
  asked[0].success({ statusCode: 200, data: 'late' })
  asked[1].success({ statusCode: 200, data: 'first' })
  asked[1].success({ statusCode: 200, data: 'second' })
  asked[1].fail({ errMsg: 'request:fail' })
  assert.equal((await clock.until(twice)).data, 'first')
  const ends = times(3, (i) => outcome(client.get('/public/' + i)))
  await clock.settle()
  assert.equal(asked.length, 3, 'one place, one call')
  await clock.until(Promise.all(ends))
}))

test('an answered request leaves no timer; the time limit is told to the platform too', scene(async ({ clock, client, phone }) => {
  await clock.until(client.get('/app/x'))
  assert.equal(clock.pending, 0)
  assert.deepEqual(phone.calls.map((call) => call.options.timeout), [10000, 10000, 10000])
}))
