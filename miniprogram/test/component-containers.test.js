// SPDX-License-Identifier: MIT
/*
 * component-containers.test.js: phone-container and user-container x {ok, deny, busy,
 * unmounted midway, old base library}, on miniprogram-simulate.  With SDK=dist
 * those that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { show, part, fire, heard, held, called, until, submit, createPhone, simulate, sdk, window, idOf, WITH_CODE, OLD, DENIED, isOld, sentTo, names, typesOf } = require('./support/components')

// ---- phone-container

/** One that has asked for its key: what comes later comes from the tap. */
async function phoneContainer(t, options) {
  const world = show(t, 'phone-container', options)
  await world.client.session.ensureSessionKey()
  return world
}

test('phone-container: ok: the code goes to the server, the number is in the session', async (t) => {
  const world = await phoneContainer(t)
  const { comp, backend, client, events } = world
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.equal((await success).userInfo.phone, '13800138000')
  assert.deepEqual(sentTo(backend, '/wx/updatephone'), [{ code: 'c1' }])
  assert.deepEqual(names(events), ['getphonenumber', 'success'])
  assert.deepEqual(events[0][1], WITH_CODE)
  assert.equal(client.session.hasPhone(), true)
  assert.deepEqual(typesOf(world), ['getPhoneNumber', false])
})

test('phone-container: deny: nothing is sent, the button stays', async (t) => {
  const world = await phoneContainer(t)
  fire(part(world.comp, 'button'), 'getphonenumber', DENIED)
  assert.deepEqual(world.events, [['getphonenumber', DENIED], ['deny', DENIED]])
  assert.equal(world.backend.count('/wx/updatephone'), 0)
  assert.deepEqual(typesOf(world), ['getPhoneNumber', false])
})

test('phone-container: busy: no open-type, a second tap changes nothing', async (t) => {
  const world = await phoneContainer(t)
  const { comp, phone } = world
  const sending = held(phone, '/wx/updatephone')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.deepEqual(typesOf(world), ['', true])
  const call = await sending
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  const success = heard(comp, 'success')
  call.answer()
  await success
  await world.client.get('/app/x')
  assert.equal(world.backend.count('/wx/updatephone'), 1)
  assert.deepEqual(typesOf(world), ['getPhoneNumber', false])
})

test('phone-container: disabled: no open-type, and a tap that comes all the same sends nothing', async (t) => {
  const world = await phoneContainer(t, { properties: { disabled: true } })
  assert.deepEqual(typesOf(world), ['', false])
  fire(part(world.comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.deepEqual(names(world.events), ['getphonenumber'])
  await world.client.get('/app/x')
  assert.equal(world.backend.count('/wx/updatephone'), 0)
})

test('phone-container: unmounted midway: the number arrives in the session, nobody is told', async (t) => {
  const { comp, phone, client, events, unmount } = await phoneContainer(t)
  const sending = held(phone, '/wx/updatephone')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  const call = await sending
  unmount()
  call.answer()
  await client.get('/app/x')
  assert.equal(client.session.hasPhone(), true)
  assert.deepEqual(names(events), ['getphonenumber'])
})

test('phone-container: old base library: iv and encryptedData', async (t) => {
  const { comp, backend } = await phoneContainer(t)
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', OLD)
  await success
  assert.deepEqual(sentTo(backend, '/wx/updatephone'), [{ iv: 'iv', encryptedData: 'data' }])
})

test('phone-container: undecryptable: fail says retap, a new session is there, the next tap works', async (t) => {
  const { comp, backend, client, phone } = await phoneContainer(t)
  const token = client.session.getToken()
  backend.fault('/wx/updatephone', 'DECRYPT_WX_OPEN_DATA_FAIL')
  const fail = heard(comp, 'fail')
  fire(part(comp, 'button'), 'getphonenumber', OLD)
  const { code, userAction, requestId } = await fail
  assert.deepEqual([code, userAction], ['DECRYPT_WX_OPEN_DATA_FAIL', 'retap'])
  assert.match(requestId, /^req-/)
  assert.notEqual(client.session.getToken(), token)
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', OLD)
  await success
  assert.equal(phone.count('login'), 2)
})

test('phone-container: a login never lies between tap and upload; the key is asked for when it attaches and when the page shows', async (t) => {
  const { comp, phone, client } = show(t, 'phone-container')
  // Without a session, attaching logs in: a fresh key.
  await client.status.login.must()
  assert.deepEqual([phone.count('login'), phone.count('checkSession')], [1, 0])
  phone.shows.forEach((listener) => listener())
  const checking = called(phone, 'checkSession')
  comp.triggerPageLifeTime('show')
  await checking
  await client.session.ensureSessionKey()
  assert.equal(phone.count('checkSession'), 1)
  const before = phone.calls.length
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  await success
  assert.deepEqual(phone.calls.slice(before).map(({ path }) => path), ['/wx/updatephone'])
})

test('phone-container: no network: fail, the tap can be made again', async (t) => {
  const world = await phoneContainer(t)
  world.phone.offline = true
  const fail = heard(world.comp, 'fail')
  fire(part(world.comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.equal((await fail).code, 'NETWORK')
  assert.deepEqual(typesOf(world), ['getPhoneNumber', false])
})

// ---- user-container

async function userContainer(t, options) {
  const world = show(t, 'user-container', options)
  await world.client.session.ensureSessionKey()
  return world
}

test('user-container: ok: the picture to the server, then the nickname; no hook is needed', async (t) => {
  const { comp, backend, events } = await userContainer(t)
  fire(part(comp, 'pick'), 'chooseavatar', { avatarUrl: 'wxfile://tmp_1.png' })
  assert.equal(comp.data.avatarUrl, 'wxfile://tmp_1.png')
  assert.ok(part(comp, 'picture'))
  const success = heard(comp, 'success')
  submit(comp, '  小明 ')
  const { userInfo } = await success
  assert.equal(userInfo.nickname, '小明')
  assert.match(userInfo.avatarUrl, /^https:/)
  assert.deepEqual(sentTo(backend, '/wx/updateavatar'), [{ filePath: 'wxfile://tmp_1.png', name: 'file' }])
  assert.deepEqual(sentTo(backend, '/wx/updateuser'), [{ nickname: '小明' }])
  assert.deepEqual(names(events), ['chooseavatar', 'success'])
})

test('user-container: ok: the picture by the uploadAvatar hook', async (t) => {
  const { comp, backend } = await userContainer(t)
  const uploadAvatar = async (path) => 'https://cdn.example/' + path.slice(-5)
  const client = sdk.createClient({ baseURL: 'https://shop.example', wx: globalThis.wx, ui: 'silent', hooks: { uploadAvatar } })
  sdk.setDefaultClient(client)
  fire(part(comp, 'pick'), 'chooseavatar', { avatarUrl: 'wxfile://tmp_1.png' })
  const success = heard(comp, 'success')
  submit(comp, '小明')
  await success
  assert.deepEqual(sentTo(backend, '/wx/updateuser'), [{ nickname: '小明', avatarUrl: 'https://cdn.example/1.png' }])
})

test('user-container: deny: no picture chosen, no nickname typed: nothing is sent, the field gets the focus', async (t) => {
  const { comp, backend, events } = await userContainer(t)
  fire(part(comp, 'pick'), 'chooseavatar', { errMsg: 'chooseAvatar:fail cancel' })
  submit(comp, '   ')
  assert.deepEqual(names(events), ['chooseavatar'])
  assert.equal(part(comp, 'field-input').data.focus, true)
  assert.equal(backend.count('/wx/updateuser'), 0)
})

test('user-container: busy: neither picture nor button do anything', async (t) => {
  const world = await userContainer(t)
  const { comp, phone, backend } = world
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  assert.deepEqual([part(comp, 'pick').data.openType, part(comp, 'button').data.formType, part(comp, 'button').data.loading], ['', '', true])
  assert.equal(part(comp, 'field-input').data.disabled, true)
  const call = await sending
  submit(comp, '小红')
  const success = heard(comp, 'success')
  call.answer()
  await success
  await world.client.get('/app/x')
  assert.deepEqual(sentTo(backend, '/wx/updateuser'), [{ nickname: '小明' }])
  assert.deepEqual([part(comp, 'pick').data.openType, part(comp, 'button').data.formType], ['chooseAvatar', 'submit'])
})

test('user-container: unmounted midway: the nickname arrives in the session', async (t) => {
  const { comp, phone, client, events, unmount } = await userContainer(t)
  const sending = held(phone, '/wx/updateuser')
  submit(comp, '小明')
  const call = await sending
  unmount()
  call.answer()
  await client.get('/app/x')
  assert.equal(client.session.getUser().nickname, '小明')
  assert.deepEqual(events, [])
})

test('user-container: old base library: a getUserInfo that still yields a name', async (t) => {
  const { comp, backend } = await userContainer(t, { api: isOld })
  assert.equal(part(comp, 'button').data.openType, 'getUserInfo')
  const detail = { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"老王"}', signature: 's', encryptedData: 'd', iv: 'i', userInfo: {} }
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getuserinfo', detail)
  assert.equal((await success).userInfo.nickname, '老王')
  assert.deepEqual(sentTo(backend, '/wx/updateuser'), [{ rawData: detail.rawData, signature: 's', encryptedData: 'd', iv: 'i' }])
})

test('user-container: old base library: the anonymous profile opens the form, without the picture', async (t) => {
  const { comp, events } = await userContainer(t, { api: isOld })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"微信用户"}', signature: 's' })
  await until(() => part(comp, 'form') && part(comp, 'button').data.formType === 'submit')
  assert.equal(part(comp, 'pick'), undefined)
  assert.deepEqual(names(events), ['getuserinfo'])
  const success = heard(comp, 'success')
  submit(comp, '老王')
  await success
})

test('user-container: old base library: declined', async (t) => {
  const { comp, events, backend } = await userContainer(t, { api: isOld })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:fail auth deny' })
  assert.deepEqual(names(events), ['getuserinfo', 'deny'])
  assert.equal(backend.count('/wx/updateuser'), 0)
})

test('user-container: what is known is filled in', async (t) => {
  const { client, backend } = createPhone()
  Object.assign(backend.user, { nickname: '小明', avatarUrl: 'https://cdn.example/a.png' })
  await client.session.login()
  const comp = simulate.render(idOf('user-container'))
  comp.attach(window.document.body)
  t.after(() => comp.detach())
  assert.equal(part(comp, 'field-input').data.value, '小明')
  assert.equal(comp.data.avatarUrl, 'https://cdn.example/a.png')
})
