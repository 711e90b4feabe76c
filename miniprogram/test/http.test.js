// SPDX-License-Identifier: MIT
/*
 * http.test.js: the package against a server over HTTP: a fake one in this
 * process, or the one at WXLOGIN_URL (support/server.js).  Uses nothing but
 * the wxlogin programs, so that it says the same of both.
 *
 * A session is ended behind the client's back by a plain logout request with
 * its token: that is what an expiry looks like from here.
 */
'use strict'

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { openServer, ask } = require('./support/server')
const { createHttpWx } = require('./support/http-wx')
const { outcome, times } = require('./support/scene')
const sdk = require('./support/sdk')

const CHECK = '/wx/checksession'
let server
let users = 0

function ofNewUser() {
  const user = `sdk-${process.pid}-${++users}`
  return () => server.issueCode(user)
}

before(async () => {
  server = await openServer()
})
after(() => server.close())

/** A phone of its own user: the tests do not see each other's sessions. */
function newPhone(config, issueCode = ofNewUser()) {
  const phone = createHttpWx(issueCode)
  const client = sdk.createClient(Object.assign({ baseURL: server.url, wx: phone.wx, ui: 'silent' }, config))
  return Object.assign(phone, { client })
}

const bearer = (token) => ({ Authorization: 'Bearer ' + token, 'content-type': 'application/json' })

async function endSession(token) {
  const { statusCode } = await ask(server.url + '/wx/logout', { method: 'POST', header: bearer(token), body: '{}' })
  assert.equal(statusCode, 200)
}

test('cold start: 20 requests at once, one login, at most 8 on the wire beside it', async () => {
  const { client, stats } = newPhone()
  const replies = await Promise.all(times(20, () => client.get(CHECK)))
  assert.ok(replies.every((reply) => reply.statusCode === 200 && reply.data.code === 'OK'))
  assert.equal(stats.login, 1)
  assert.ok(stats.peak <= 9)
})

test('the reply of a login: a token of the documented form, user data without secrets', async () => {
  const { client } = newPhone()
  const session = await client.session.login()
  assert.match(session.token, /^[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(Object.keys(session.userInfo).sort(), ['avatarUrl', 'city', 'country', 'countryCode', 'gender',
    'hasUnionId', 'id', 'language', 'nickname', 'phone', 'province'])
})

test('a session that ended: 20 requests, one login, all succeed', async () => {
  const { client, stats } = newPhone()
  const { token } = await client.session.login()
  await endSession(token)
  const replies = await Promise.all(times(20, () => client.get(CHECK)))
  assert.ok(replies.every((reply) => reply.statusCode === 200))
  assert.notEqual(client.session.getToken(), token)
  assert.equal(stats.login, 2)
})

test('a stored token nobody knows, or that is no token, is replaced', async () => {
  for (const stored of ['A'.repeat(43), 'rubbish']) {
    const { client, stats, storage } = newPhone()
    storage.set('wxlogin:' + server.url, JSON.stringify({ token: stored, userInfo: {} }))
    assert.equal((await client.get(CHECK)).statusCode, 200)
    assert.equal(stats.login, 1)
  }
})

test('a code WeChat does not know: one fresh code, then success', async () => {
  const codes = ['0a1b2c3d4e5f']
  const { client, stats } = newPhone({}, async () => codes.pop() || server.issueCode('sdk-stale'))
  await client.session.login()
  assert.equal(stats.login, 2)
  const lost = newPhone({}, async () => '0a1b2c3d4e5f')
  assert.equal(await outcome(lost.client.session.login()), 'CODE_INVALID')
  assert.equal(lost.stats.login, 2)
})

test('profile: stored, read back, refused with code, field and request id', async () => {
  const { client } = newPhone()
  const user = await client.session.updateUser({ nickname: '小明 😀' })
  assert.equal(user.nickname, '小明 😀')
  assert.equal(client.auth.currentStep(), client.session.hasPhone() ? 3 : 2)
  assert.equal((await client.get(CHECK)).data.data.userInfo.nickname, '小明 😀')
  const error = await client.session.updateUser({}).catch((e) => e)
  assert.deepEqual([error.code, error.field], ['PARAM_INVALID', 'body'])
  assert.ok(error.requestId)
  assert.equal(error.requestId, error.response.data.requestId)
})

test('unbindPhone: as often as one likes', async () => {
  const { client } = newPhone()
  await client.session.unbindPhone()
  assert.equal((await client.session.unbindPhone()).phone, '')
})

test('logout: the token is dead on the server; the next request logs in', async () => {
  const { client, stats } = newPhone()
  const { token } = await client.session.login()
  assert.deepEqual(await client.session.logout(), { sessionsEnded: 1 })
  assert.equal((await ask(server.url + CHECK, { header: bearer(token) })).statusCode, 401)
  assert.equal((await client.get(CHECK)).statusCode, 200)
  assert.equal(stats.login, 2)
})

test('downloadFile: HTTP 401 is found without the body', async () => {
  const { client, stats } = newPhone()
  await endSession((await client.session.login()).token)
  const reply = await client.downloadFile({ url: CHECK })
  assert.deepEqual([reply.statusCode, reply.tempFilePath, stats.login], [200, 'wxfile://tmp', 2])
})

test('whitelisted: no token is sent, the refusal is handed over', async () => {
  const { client, stats } = newPhone({ whitelist: ['/wx/'] })
  const reply = await client.get(CHECK)
  assert.deepEqual([reply.statusCode, reply.data.code, stats.login], [401, 'AUTH_INVALID', 0])
  assert.equal(reply.requestId, reply.data.requestId)
})

test('tokenHeader sessionid: the server finds the token there', async () => {
  const { client } = newPhone({ tokenHeader: 'sessionid' })
  assert.equal((await client.get(CHECK)).statusCode, 200)
})

/** Is it a server of before these programs?  Then it says so in its own words. */
const isMissing = (error) => Boolean(process.env.WXLOGIN_URL) && error.code === 'NOT_FOUND'

test('a picture of the phone: uploaded with the token, stored, then shown by every reply', async (t) => {
  const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
  const { join } = require('node:path')
  const folder = mkdtempSync(join(require('node:os').tmpdir(), 'wxlogin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'face.png')
  // One pixel.
  writeFileSync(file, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'))
  const { client } = newPhone()
  const user = await client.session.updateUser({ nickname: '小明', avatarUrl: file }).catch((error) => error)
  if (isMissing(user)) {
    assert.deepEqual([user.field, client.session.getUser().nickname], ['avatarUrl', ''])
    return t.diagnostic('this server takes no pictures')
  }
  assert.match(user.avatarUrl, /^https?:\/\/.*\/[0-9a-f]{32}\.(jpg|png)$/)
  assert.equal(user.nickname, '小明')
  assert.equal((await client.session.refreshUser()).avatarUrl, user.avatarUrl)
})

test('the user\'s sessions: listed, one ended, the others ended', async (t) => {
  const issueCode = ofNewUser()
  const [here, there, third] = times(3, (i) => newPhone({ device: 'phone ' + i }, issueCode).client)
  await here.session.login()
  await here.session.logout({ scope: 'others' }) // the server of this process knows one user
  for (const client of [there, third]) await client.session.login()
  const sessions = await here.session.list().catch((error) => error)
  if (isMissing(sessions)) return t.diagnostic('this server has no list of sessions')
  const devicesOf = (list) => list.map(({ device, current }) => device + (current ? ', here' : '')).sort()
  assert.deepEqual(devicesOf(sessions), ['phone 0, here', 'phone 1', 'phone 2'])
  const { id } = sessions.find(({ device }) => device === 'phone 2')
  assert.match(id, /^[0-9a-f]{16}$/)
  assert.deepEqual(await here.session.logout({ scope: 'one', session: id }), { sessionsEnded: 1 })
  assert.deepEqual(devicesOf(await here.session.list()), ['phone 0, here', 'phone 1'])
  assert.deepEqual(await here.session.logout({ scope: 'others' }), { sessionsEnded: 1 })
  assert.equal((await here.session.list()).length, 1)
})

test('an aborted request leaves the session as it is', async () => {
  const { client, stats } = newPhone()
  await client.session.login()
  const request = client.get(CHECK)
  request.abort()
  assert.equal(await outcome(request), 'ABORTED')
  assert.equal((await client.get(CHECK)).statusCode, 200)
  assert.equal(stats.login, 1)
})

test('nobody listens: NETWORK, and the session stays', async () => {
  const closed = await openClosedPort()
  const { client, storage } = newPhone({ baseURL: closed })
  storage.set('wxlogin:' + closed, '{"token":"t"}')
  assert.equal(await outcome(client.get(CHECK)), 'NETWORK')
  assert.equal(client.session.getToken(), 't')
})

/** A port of this machine where nothing answers any more. */
async function openClosedPort() {
  const net = require('node:net')
  const socket = net.createServer()
  await new Promise((resolve) => socket.listen(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise((resolve) => socket.close(resolve))
  return 'http://127.0.0.1:' + port
}
