// SPDX-License-Identifier: MIT
/*
 * component-flows.test.js: auth-flow, auth-popup and auth-page x {ok, deny, busy,
 * unmounted midway, old base library}, on miniprogram-simulate.  With SDK=dist
 * those that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { show, part, fire, heard, held, until, submit, createPhone, simulate, sdk, window, idOf, KNOWN, WITH_CODE, OLD, DENIED, isOld, names } = require('./support/components')

// ---- auth-flow

async function authFlow(t, mustAuthStep, options = {}) {
  const world = show(t, 'auth-flow', Object.assign({ properties: { mustAuthStep } }, options))
  await world.client.session.login()
  return world
}

const titleOf = (comp) => part(comp, 'title').dom.textContent

test('auth-flow: ok: nickname, then number, then success', async (t) => {
  const { comp, client, events } = await authFlow(t, 3)
  await until(() => part(comp, 'form'))
  assert.equal(part(comp, 'dots').dom.querySelectorAll('[class*="dot-on"]').length, 1)
  submit(comp, '小明')
  await until(() => titleOf(comp) === '绑定手机号')
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.equal((await success).step, 3)
  assert.equal(client.auth.currentStep(), 3)
  assert.deepEqual(names(events), ['step', 'getphonenumber', 'step', 'success'])
})

test('auth-flow: only what is missing is asked for', async (t) => {
  const { comp } = await authFlow(t, 3, { user: KNOWN })
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
  const done = await authFlow(t, 2, { user: KNOWN })
  await until(() => done.events.length > 0)
  assert.deepEqual(names(done.events), ['success'])
})

test('auth-flow: the order is the client\'s', async (t) => {
  const { phone } = createPhone()
  sdk.setDefaultClient(sdk.createClient({ baseURL: 'https://shop.example', wx: phone.wx, ui: 'silent', steps: ['phone', 'user'] }))
  const comp = simulate.render(idOf('auth-flow'), { mustAuthStep: 2 })
  comp.attach(window.document.body)
  t.after(() => comp.detach())
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
})

test('auth-flow: deny: says so, and the tap can be made again', async (t) => {
  const { comp, events } = await authFlow(t, 3, { user: KNOWN })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber')
  fire(part(comp, 'button'), 'getphonenumber', DENIED)
  assert.equal(part(comp, 'problem').dom.textContent, '你拒绝了授权，可以再点一次')
  assert.deepEqual(names(events), ['getphonenumber', 'deny'])
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  await success
  assert.equal(part(comp, 'problem').dom.textContent, '')
})

test('auth-flow: busy: the step stays until the upload is through', async (t) => {
  const { comp, phone } = await authFlow(t, 3)
  await until(() => part(comp, 'form'))
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  const call = await sending
  assert.equal(titleOf(comp), '完善头像昵称')
  assert.equal(part(comp, 'button').data.formType, '')
  call.answer()
  await until(() => titleOf(comp) === '绑定手机号')
})

test('auth-flow: unmounted midway: nothing is lost, nothing is said', async (t) => {
  const { comp, phone, client, events, unmount } = await authFlow(t, 2)
  await until(() => part(comp, 'form'))
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  const call = await sending
  unmount()
  call.answer()
  await client.get('/app/x')
  assert.equal(client.auth.currentStep(), 2)
  assert.deepEqual(events, [])
})

test('auth-flow: unmounted during the login: nothing is said', async (t) => {
  const { phone, events, client, unmount } = show(t, 'auth-flow', { properties: { mustAuthStep: 2 }, user: KNOWN })
  const call = await held(phone, '/wx/onlogin')
  unmount()
  call.answer()
  await client.get('/app/x')
  assert.deepEqual(events, [])
})

test('auth-flow: unmounted during a login that fails: nothing is said', async (t) => {
  const { phone, events, client, unmount } = show(t, 'auth-flow', { properties: { mustAuthStep: 2 } })
  const call = await held(phone, '/wx/onlogin')
  unmount()
  call.fail('network error')
  await client.status.login.onceFail()
  await client.get('/app/x')
  assert.deepEqual(events, [])
})

test('auth-flow: old base library: both steps', async (t) => {
  const { comp, client } = await authFlow(t, 3, { api: isOld })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getUserInfo')
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"老王"}', signature: 's' })
  await until(() => part(comp, 'button').data.openType === 'getPhoneNumber')
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', OLD)
  await success
  assert.equal(client.auth.currentStep(), 3)
})

test('auth-flow: failures in words', async (t) => {
  const { comp, backend } = await authFlow(t, 3, { user: KNOWN })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber')
  const words = { DECRYPT_WX_OPEN_DATA_FAIL: '登录已更新，请再点一次', BUSY: '服务繁忙，请稍后再试', USER_BLOCKED: '没有成功，请再试一次', TOO_MANY_REQUESTS: '服务繁忙，请稍后再试' }
  for (const [code, text] of Object.entries(words)) {
    backend.fault('/wx/updatephone', code)
    const fail = heard(comp, 'fail')
    fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
    assert.equal((await fail).code, code)
    assert.equal(part(comp, 'problem').dom.textContent, text)
  }
})

test('auth-flow: the login fails: says so, tries again on tap', async (t) => {
  const world = show(t, 'auth-flow', { properties: { mustAuthStep: 2 } })
  world.phone.offline = true
  assert.equal((await heard(world.comp, 'fail')).code, 'NETWORK')
  assert.equal(part(world.comp, 'problem').dom.textContent, '网络不通，请稍后再试')
  world.phone.offline = false
  fire(part(world.comp, 'button'), 'tap')
  await until(() => part(world.comp, 'form'))
})

test('auth-flow: privacy consent comes first, when WeChat wants it', async (t) => {
  const opened = []
  const api = {
    getPrivacySetting: ({ success }) => success({ needAuthorization: true, privacyContractName: '《甲》' }),
    openPrivacyContract: () => opened.push(1)
  }
  const { comp } = await authFlow(t, 2, { api })
  await until(() => part(comp, 'link'))
  assert.equal(part(comp, 'link').dom.textContent, '《甲》')
  part(comp, 'link').dispatchEvent('tap')
  await until(() => part(comp, 'button'))
  assert.equal(part(comp, 'button').data.openType, 'agreePrivacyAuthorization')
  assert.equal(part(comp, 'form'), undefined)
  fire(part(comp, 'button'), 'agreeprivacyauthorization')
  await until(() => part(comp, 'form'))
  assert.deepEqual(opened, [1])
})

test('auth-flow: no consent where WeChat wants none', async (t) => {
  const api = { getPrivacySetting: ({ success }) => success({ needAuthorization: false }) }
  const { comp } = await authFlow(t, 2, { api })
  await until(() => part(comp, 'form'))
  assert.equal(part(comp, 'link'), undefined)
})

// ---- auth-popup

/** The promise of open() as {value} or {code}. */
const outcomeOf = (promise) => promise.then((value) => ({ value }), (error) => ({ code: error.code, isOurs: error instanceof sdk.MpAuthError }))
const CANCELLED = { code: 'AUTH_CANCELLED', isOurs: true }

test('auth-popup: ok: resolves when the step is reached, and is gone', async (t) => {
  const { comp, events } = show(t, 'auth-popup', { user: KNOWN })
  assert.equal(part(comp, 'sheet'), undefined)
  const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 3 }))
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.deepEqual(await outcome, { value: undefined })
  assert.equal(part(comp, 'sheet'), undefined)
  assert.deepEqual(names(events), ['open', 'getphonenumber', 'step', 'success', 'close'])
  assert.deepEqual(events[4][1], { reached: true })
})

test('auth-popup: closed: AUTH_CANCELLED, and can be opened again', async (t) => {
  const { comp, events } = show(t, 'auth-popup')
  for (const how of ['cross', 'mask']) {
    const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 2 }))
    await until(() => part(comp, how))
    part(comp, how).dispatchEvent('tap')
    assert.deepEqual(await outcome, CANCELLED)
    assert.equal(part(comp, 'sheet'), undefined)
  }
  comp.instance.close()
  assert.deepEqual(names(events), ['open', 'close', 'open', 'close'])
})

test('auth-popup: deny: stays open', async (t) => {
  const { comp } = show(t, 'auth-popup', { user: KNOWN })
  const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 3 }))
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber')
  fire(part(comp, 'button'), 'getphonenumber', DENIED)
  assert.ok(part(comp, 'sheet'))
  comp.instance.close()
  assert.deepEqual(await outcome, CANCELLED)
})

test('auth-popup: busy when closed: cancelled at once, the upload goes on', async (t) => {
  const { comp, phone, client } = show(t, 'auth-popup')
  const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 2 }))
  await until(() => part(comp, 'form'))
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  const call = await sending
  comp.instance.close()
  assert.deepEqual(await outcome, CANCELLED)
  call.answer()
  await client.get('/app/x')
  assert.equal(client.auth.currentStep(), 2)
})

test('auth-popup: unmounted midway: AUTH_CANCELLED', async (t) => {
  const { comp, unmount } = show(t, 'auth-popup')
  const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 2 }))
  await until(() => part(comp, 'form'))
  unmount()
  assert.deepEqual(await outcome, CANCELLED)
})

test('auth-popup: old base library', async (t) => {
  const { comp } = show(t, 'auth-popup', { api: isOld })
  const outcome = outcomeOf(comp.instance.open({ mustAuthStep: 2 }))
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getUserInfo')
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"老王"}', signature: 's' })
  assert.deepEqual(await outcome, { value: undefined })
})

test('auth-popup: opened twice: one promise, the higher step', async (t) => {
  const { comp } = show(t, 'auth-popup')
  const first = comp.instance.open({ mustAuthStep: 3 })
  assert.equal(comp.instance.open({ mustAuthStep: 2 }), first)
  await until(() => part(comp, 'form'))
  submit(comp, '小明')
  await until(() => titleOf(comp) === '绑定手机号')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.deepEqual(await outcomeOf(first), { value: undefined })
})

test('auth-popup: mustAuth finds it, opens it at the step and runs on', async (t) => {
  const { comp, client } = show(t, 'auth-popup', { user: KNOWN })
  const page = { route: 'pages/x/index', options: {}, selectComponent: (selector) => (selector === '#auth-popup' ? comp.instance : null) }
  globalThis.getCurrentPages = () => [page]
  t.after(() => delete globalThis.getCurrentPages)
  const run = client.auth.withAuth({ mustAuthStep: 3 }, async (word) => word)('bought')
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.equal(await run, 'bought')
})

// ---- auth-page

/** A page stack that notes where it is sent, and refuses what it is told to. */
function navigation(t, { depth = 1, refuses = [] } = {}) {
  const gone = []
  const to = (name) => ({ url, success, fail }) => {
    gone.push(url ? [name, url] : [name])
    if (refuses.includes(name)) fail({ errMsg: name + ':fail' })
    else if (success) success({})
  }
  globalThis.getCurrentPages = () => Array(depth).fill({})
  t.after(() => delete globalThis.getCurrentPages)
  const api = Object.fromEntries(['redirectTo', 'switchTab', 'reLaunch', 'navigateBack'].map((name) => [name, to(name)]))
  return { gone, api }
}

const BACK = { mustAuthStep: '2', backTo: encodeURIComponent('/pages/member/index?from=a%26b') }

test('auth-page: ok: back where it came from, with the query', async (t) => {
  const { gone, api } = navigation(t)
  const { comp, events } = show(t, 'auth-page', { api, properties: { options: BACK } })
  await until(() => part(comp, 'form'))
  const back = heard(comp, 'back')
  submit(comp, '小明')
  await back
  assert.deepEqual(gone, [['redirectTo', '/pages/member/index?from=a%26b']])
  assert.deepEqual(names(events), ['step', 'success', 'back'])
})

test('auth-page: ok: options that come after it was attached', async (t) => {
  const { api } = navigation(t)
  const { comp, client } = show(t, 'auth-page', { api, user: KNOWN })
  await client.session.login()
  assert.equal(part(comp, 'flow'), undefined)
  comp.setData({ options: Object.assign({}, BACK, { mustAuthStep: '3' }) })
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
})

test('auth-page: deny: "not now" goes to the page below, or home', async (t) => {
  for (const [depth, refuses, way] of [
    [2, [], [['navigateBack']]],
    [1, [], [['switchTab', '/pages/index/index']]],
    [1, ['switchTab'], [['switchTab', '/pages/index/index'], ['reLaunch', '/pages/index/index']]]
  ]) {
    const { gone, api } = navigation(t, { depth, refuses })
    const { comp } = show(t, 'auth-page', { api, properties: { options: BACK, home: '/pages/index/index' } })
    const cancel = heard(comp, 'cancel')
    part(comp, 'not-now').dispatchEvent('tap')
    await cancel
    assert.deepEqual(gone, way)
  }
})

test('auth-page: busy, then unmounted midway: the nickname is in the session, it goes nowhere', async (t) => {
  const { gone, api } = navigation(t)
  const { comp, phone, client, unmount } = show(t, 'auth-page', { api, properties: { options: BACK } })
  await until(() => part(comp, 'form'))
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  const call = await sending
  assert.equal(part(comp, 'button').data.loading, true)
  unmount()
  call.answer()
  await client.get('/app/x')
  assert.equal(client.auth.currentStep(), 2)
  assert.deepEqual(gone, [])
})

test('auth-page: old base library', async (t) => {
  const { gone, api } = navigation(t)
  const { comp } = show(t, 'auth-page', { api: Object.assign({}, api, isOld), properties: { options: BACK } })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getUserInfo')
  const back = heard(comp, 'back')
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"老王"}', signature: 's' })
  await back
  assert.equal(gone.length, 1)
})

test('auth-page: nowhere to go back to: NAVIGATE_FAILED, then home', async (t) => {
  const { gone, api } = navigation(t)
  const { comp } = show(t, 'auth-page', { api, user: KNOWN, properties: { options: { mustAuthStep: '2' }, home: '/pages/index/index' } })
  assert.equal((await heard(comp, 'fail')).code, 'NAVIGATE_FAILED')
  assert.deepEqual(gone, [['switchTab', '/pages/index/index']])
})
