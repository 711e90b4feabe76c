// SPDX-License-Identifier: MIT
/*
 * auth.test.js: profile and phone, AuthStep, mustAuth by popup and by page,
 * the way back, withAuth and both decorator dialects.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome } = require('./support/scene')
const { showPage, Popup } = require('./support/pages')

const dataTo = (backend, path) => backend.log.filter((entry) => entry.path === path).at(-1).data
const isRedirect = (call) => call.name === 'redirectTo'
const backToOf = (call) => decodeURIComponent(/&backTo=(.*)$/.exec(call.options.url)[1])

test('updateUser: plain fields; the reply is the new user data, here and in storage', scene(async ({ clock, client, makeClient, backend }) => {
  const user = await clock.until(client.session.updateUser({ nickname: '小明', gender: 1, errMsg: 'x', extra: 1 }))
  assert.deepEqual(dataTo(backend, '/wx/updateuser'), { nickname: '小明', gender: 1 })
  assert.equal(user.nickname, '小明')
  assert.equal(client.session.getUser().nickname, '小明')
  assert.equal(client.session.hasUser(), true)
  assert.equal(makeClient().session.getUser().nickname, '小明')
}))

test('updateUser: a getUserInfo event goes on as rawData, signature, encryptedData, iv', scene(async ({ clock, client, backend }) => {
  const detail = { rawData: '{"nickName":"a"}', signature: 's', encryptedData: 'e', iv: 'i' }
  await clock.until(client.session.updateUser(Object.assign({ errMsg: 'getUserInfo:ok', userInfo: { nickName: 'a' }, cloudID: 'c' }, detail)))
  assert.deepEqual(dataTo(backend, '/wx/updateuser'), detail)
}))

test('avatars: a path on the phone is uploaded, by the hook or to the server', scene(async ({ clock, client, makeClient, backend }) => {
  const detail = { nickname: 'a', avatarUrl: 'wxfile://tmp_1.jpg' }
  const user = await clock.until(client.session.updateUser(detail))
  assert.deepEqual(dataTo(backend, '/wx/updateavatar'), { filePath: 'wxfile://tmp_1.jpg', name: 'file' })
  assert.deepEqual(dataTo(backend, '/wx/updateuser'), { nickname: 'a' })
  assert.match(user.avatarUrl, /^https:\/\/shop\.example\/avatars\//)
  const paths = []
  const uploading = makeClient({ hooks: { uploadAvatar: async (path) => (paths.push(path), 'https://cdn.example/1.jpg') } })
  await clock.until(uploading.session.updateUser(detail))
  assert.deepEqual([dataTo(backend, '/wx/updateuser').avatarUrl, paths], ['https://cdn.example/1.jpg', ['wxfile://tmp_1.jpg']])
  await clock.until(uploading.session.updateUser({ nickname: 'a', avatarUrl: 'https://x.example/2.jpg' }))
  assert.equal(dataTo(backend, '/wx/updateuser').avatarUrl, 'https://x.example/2.jpg')
  assert.equal(paths.length, 1)
  const failing = makeClient({ hooks: { uploadAvatar: () => {
    throw new Error('cdn')
  } } })
  assert.equal(await clock.until(outcome(failing.session.updateUser(detail))), 'HOOK_FAILED')
}))

test('session methods reject with the server\'s code and field', scene(async ({ clock, client }) => {
  const error = await clock.until(client.session.updateUser({}).catch((e) => e))
  assert.deepEqual([error.code, error.field], ['PARAM_INVALID', 'body'])
}))

test('user data that arrives after logout is not stored', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const held = phone.hold((call) => call.path === '/wx/updateuser')
  const update = client.session.updateUser({ nickname: 'a' })
  await clock.settle()
  client.session.clearSession()
  await clock.until(client.session.login())
  held[0].options.header.Authorization = 'Bearer ' + client.session.getToken()
  held[0].answer()
  await clock.until(update)
  assert.equal(client.session.getUser().nickname, '')
}))

test('getUser gives a copy', scene(async ({ clock, client }) => {
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  client.session.getUser().nickname = 'b'
  assert.equal(client.session.getUser().nickname, 'a')
}))

test('currentStep: a row per user data, in both orders', scene(async ({ makeClient }) => {
  const kept = (userInfo) => ({ get: () => ({ token: 't', userInfo }), set() {}, clear() {} })
  for (const [user, byUser, byPhone] of [
    [{}, 1, 1], [{ nickname: 'a' }, 2, 1], [{ phone: '1' }, 1, 2], [{ nickname: 'a', phone: '1' }, 3, 3]
  ]) {
    assert.equal(makeClient({ storage: kept(user) }).auth.currentStep(), byUser)
    assert.equal(makeClient({ storage: kept(user), steps: ['phone', 'user'] }).auth.currentStep(), byPhone)
  }
  assert.equal(makeClient().auth.currentStep(), 1)
}))

test('nextStep: logs in, does what is open, then nothing more; unbindPhone and logout lower the step', scene(async ({ clock, client, backend }) => {
  assert.equal(await clock.until(client.auth.nextStep({ nickname: 'a' })), 2)
  assert.equal(await clock.until(client.auth.nextStep({ code: 'phone-code' })), 3)
  assert.deepEqual(dataTo(backend, '/wx/updatephone'), { code: 'phone-code' })
  assert.equal(client.status.auth.state, 'success')
  const asked = backend.log.length
  assert.equal(await clock.until(client.auth.nextStep({ nickname: 'b' })), 3)
  assert.equal(backend.log.length, asked)
  await clock.until(client.session.unbindPhone())
  assert.deepEqual([client.auth.currentStep(), client.status.auth.state, client.session.hasPhone()], [2, 'idle', false])
  await clock.until(client.session.logout())
  assert.equal(client.auth.currentStep(), 1)
}))

test('nextStep: without a session it asks the server first how far the user is', scene(async ({ clock, client, backend }) => {
  backend.user.nickname = '小明'
  assert.equal(await clock.until(client.auth.nextStep({ code: 'phone-code' })), 3)
}))

test('nextStep: steps in the other order', scene(async ({ clock, makeClient }) => {
  const client = makeClient({ steps: ['phone', 'user'] })
  assert.equal(await clock.until(client.auth.nextStep({ iv: 'i', encryptedData: 'e' })), 2)
  assert.equal(client.session.hasPhone(), true)
  assert.equal(await clock.until(client.auth.nextStep({ nickname: 'a' })), 3)
}))

test('mustAuth: reached already: resolves at once with the user, opens nothing', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  assert.equal((await clock.until(client.auth.mustAuth())).nickname, 'a')
  assert.equal((await clock.until(client.auth.mustAuth({ mustAuthStep: 1 }))).nickname, 'a')
  assert.deepEqual([popup.opened, phone.count('redirectTo'), client.status.auth.state], [[], 0, 'success'])
}))

test('mustAuth: a failing login is its own error and opens nothing', scene(async ({ clock, client, backend, phone }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  backend.fault('/wx/onlogin', 'USER_BLOCKED')
  assert.equal(await clock.until(outcome(client.auth.mustAuth())), 'USER_BLOCKED')
  assert.deepEqual([popup.opened, phone.count('redirectTo')], [[], 0])
}))

test('mustAuth: wrong options are BAD_CONFIG', scene(async ({ clock, client }) => {
  for (const [field, options] of [['mustAuthStep', { mustAuthStep: 4 }], ['mode', { mode: 'sheet' }]]) {
    const error = await clock.until(client.auth.mustAuth(options).catch((e) => e))
    assert.deepEqual([error.code, error.field], ['BAD_CONFIG', field])
  }
}))

test('popup: opened at the step, resolves with the user when it is reached', scene(async ({ clock, client }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#my-popup': popup })
  const end = client.auth.mustAuth({ mustAuthStep: 3, popupCompName: 'my-popup' })
  await clock.tick(100)
  assert.deepEqual([popup.opened, client.status.auth.state], [[{ mustAuthStep: 3 }], 'ing'])
  await clock.until(client.auth.nextStep({ nickname: 'a' }))
  await clock.until(client.auth.nextStep({ code: 'c' }))
  popup.resolve()
  assert.equal((await clock.until(end)).phone, '13800138000')
  assert.equal(client.status.auth.state, 'success')
}))

test('popup: closed is AUTH_CANCELLED, resolved below the step too; an error of its own passes', scene(async ({ clock, client, sdk }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  for (const [act, expected] of [
    [() => popup.reject(new sdk.MpAuthError('AUTH_CANCELLED')), 'AUTH_CANCELLED'],
    [() => popup.resolve(), 'AUTH_CANCELLED'],
    [() => popup.reject(new sdk.MpAuthError('BUSY')), 'BUSY']
  ]) {
    const end = outcome(client.auth.mustAuth())
    await clock.tick(100)
    act()
    assert.equal(await clock.until(end), expected)
    assert.equal(client.status.auth.state, 'fail')
  }
  assert.equal(popup.opened.length, 3)
}))

test('popup: two mustAuth on one page share it, raised to the higher step; each is judged by its own', scene(async ({ clock, client }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  const two = outcome(client.auth.mustAuth({ mustAuthStep: 2 }))
  const three = outcome(client.auth.mustAuth({ mustAuthStep: 3 }))
  await clock.tick(100)
  await clock.until(client.auth.nextStep({ nickname: 'a' }))
  popup.resolve()
  assert.equal((await clock.until(two)).nickname, 'a')
  assert.equal(await clock.until(three), 'AUTH_CANCELLED')
  assert.deepEqual(popup.opened, [{ mustAuthStep: 2 }, { mustAuthStep: 3 }])
}))

test('popup: looked for on the page of the call, or on options.context', scene(async ({ clock, client }) => {
  const popup = new Popup()
  const elsewhere = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  outcome(client.auth.mustAuth())
  showPage('pages/y')
  outcome(client.auth.mustAuth({ context: { selectComponent: () => elsewhere } }))
  await clock.tick(100)
  assert.deepEqual([popup.opened.length, elsewhere.opened.length], [1, 1])
}))

test('popup: open() that throws is the outcome', scene(async ({ clock, client }) => {
  showPage('pages/x', {}, { '#auth-popup': { open() {
    throw new Error('broken popup')
  } } })
  assert.equal((await clock.until(outcome(client.auth.mustAuth()))).message, 'broken popup')
  assert.equal(client.status.auth.state, 'fail')
}))

test('page: redirects with route and raw query, rejects AUTH_REDIRECTED', scene(async ({ clock, client, phone }) => {
  const rows = [
    ['pages/buy', { id: '7', note: 'a%26b%3Dc', name: '%E5%B0%8F' }, '/pages/buy?id=7&note=a%26b%3Dc&name=%E5%B0%8F'],
    ['pages/mine', {}, '/pages/mine'],
    ['pages/mine', undefined, '/pages/mine']
  ]
  for (const [route, options, backTo] of rows) {
    showPage(route, options, { '#auth-popup': new Popup() }).options = options
    assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page', mustAuthStep: 3 }))), 'AUTH_REDIRECTED')
    const call = phone.calls.filter(isRedirect).at(-1)
    assert.equal(backToOf(call), backTo)
    assert.ok(call.options.url.startsWith('/pages/auth/index?mustAuthStep=3&backTo=%2Fpages%2F'))
  }
}))

test('page: taken when the page has no popup; authPage is configurable; two calls, one redirect', scene(async ({ clock, makeClient, phone }) => {
  const client = makeClient({ authPage: '/login/page' })
  showPage('pages/x')
  const ends = [outcome(client.auth.mustAuth()), outcome(client.auth.mustAuth())]
  assert.deepEqual(await clock.until(Promise.all(ends)), ['AUTH_REDIRECTED', 'AUTH_REDIRECTED'])
  assert.match(phone.calls.find(isRedirect).options.url, /^\/login\/page\?mustAuthStep=2&/)
  assert.equal(phone.count('redirectTo'), 1)
}))

test('page: a refused, hanging or impossible redirect is NAVIGATE_FAILED', scene(async ({ clock, client, phone }) => {
  showPage('pages/x')
  phone.once(isRedirect, (call) => call.fail('page not found'))
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page' }))), 'NAVIGATE_FAILED')
  phone.once(isRedirect, () => {})
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page' }))), 'NAVIGATE_FAILED')
  delete globalThis.getCurrentPages
  assert.equal(await clock.until(outcome(client.auth.mustAuth({ mode: 'page' }))), 'NAVIGATE_FAILED')
}))

test('backFromAuth: redirectTo, else switchTab without query, else reLaunch, else NAVIGATE_FAILED', scene(async ({ clock, client, phone }) => {
  const options = { mustAuthStep: '2', backTo: encodeURIComponent('/pages/buy?note=a%26b') }
  const ways = [['redirectTo', '/pages/buy?note=a%26b'], ['switchTab', '/pages/buy'], ['reLaunch', '/pages/buy?note=a%26b']]
  for (let refused = 0; refused <= 3; refused++) {
    phone.calls.length = 0
    phone.rules = [(call) => ways.slice(0, refused).some(([name]) => name === call.name) && (call.fail('no'), true)]
    const end = await clock.until(outcome(client.auth.backFromAuth(options)))
    assert.equal(end, refused === 3 ? 'NAVIGATE_FAILED' : undefined)
    assert.deepEqual(phone.calls.map((call) => [call.name, call.options.url]), ways.slice(0, refused + 1))
  }
}))

test('backFromAuth: decoded by a router already; missing or foreign is NAVIGATE_FAILED', scene(async ({ clock, client, phone }) => {
  await clock.until(client.auth.backFromAuth({ backTo: '/pages/x?a=%26' }))
  assert.equal(phone.calls.at(-1).options.url, '/pages/x?a=%26')
  for (const options of [undefined, {}, { backTo: '' }, { backTo: '%' }, { backTo: 'https%3A%2F%2Fevil.example' }]) {
    assert.equal(await clock.until(outcome(client.auth.backFromAuth(options))), 'NAVIGATE_FAILED')
  }
  assert.equal(phone.calls.length, 1)
}))

test('withAuth: runs with this, arguments and result; swallows the two outcomes, nothing else', scene(async ({ clock, client, backend, sdk }) => {
  const popup = new Popup()
  showPage('pages/x', {}, { '#auth-popup': popup })
  const page = { n: 2, onTap: client.auth.withAuth({ mustAuthStep: 2 }, function (a, b) {
    return this.n + a + b
  }) }
  const cancelled = page.onTap(3, 4)
  await clock.tick(100)
  popup.reject(new sdk.MpAuthError('AUTH_CANCELLED'))
  assert.equal(await clock.until(cancelled), undefined)
  showPage('pages/x')
  assert.equal(await clock.until(page.onTap(3, 4)), undefined)
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  assert.equal(await clock.until(page.onTap(3, 4)), 9)
  const throwing = client.auth.withAuth({}, () => {
    throw new sdk.MpAuthError('AUTH_CANCELLED', 'my own')
  })
  assert.equal(await clock.until(outcome(throwing())), 'AUTH_CANCELLED')
  client.session.clearSession()
  backend.fault('/wx/onlogin', 'BUSY')
  assert.equal(await clock.until(outcome(page.onTap(3, 4))), 'BUSY')
}))

test('withAuth without a function, @mustAuth on no method: BAD_CONFIG', scene(async ({ client, sdk }) => {
  assert.throws(() => client.auth.withAuth({}), { code: 'BAD_CONFIG' })
  assert.throws(() => sdk.mustAuth()(undefined, { kind: 'field' }), { code: 'BAD_CONFIG' })
  assert.throws(() => sdk.mustAuth()({}, 'x', undefined), { code: 'BAD_CONFIG' })
}))

test('@mustAuth and withAuth of the package look up the default client when called', scene(async ({ clock, client, sdk }) => {
  const method = function (n) {
    return this.base + n
  }
  const legacy = sdk.mustAuth({ mustAuthStep: 2 })({}, 'm', { value: method, writable: true, configurable: true, enumerable: false })
  assert.equal(legacy.writable, true)
  const stage3 = sdk.mustAuth({ mustAuthStep: 2 })(method, { kind: 'method', name: 'm' })
  const plain = sdk.withAuth({ mustAuthStep: 2 }, method)
  const early = await clock.until(plain.call({}, 2).catch((e) => e))
  assert.deepEqual([early.code, early.field], ['BAD_CONFIG', 'client'])
  sdk.setDefaultClient(client)
  await clock.until(client.session.updateUser({ nickname: 'a' }))
  for (const run of [legacy.value, stage3, plain]) {
    assert.equal(await clock.until(run.call({ base: 1 }, 2)), 3)
  }
  assert.throws(() => sdk.setDefaultClient({}), { code: 'BAD_CONFIG', field: 'client' })
}))
