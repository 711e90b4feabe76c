// SPDX-License-Identifier: MIT
/*
 * component-faults.test.js: what went wrong in the field with components, one
 * claim per test.  With SDK=dist those that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { show, part, fire, heard, held, until, submit, names, createPhone, simulate, window, idOf, KNOWN, WITH_CODE, isOld, sdk, root } = require('./support/components')

const titleOf = (comp) => part(comp, 'title').dom.textContent
const problemOf = (comp) => part(comp, 'problem').dom.textContent

// ---- the user's no, and the platform's

const NO = [
  { errMsg: 'getPhoneNumber:fail user deny' },
  { errMsg: 'getPhoneNumber:fail:user deny', errno: 103 },
  { errMsg: 'getPhoneNumber:fail user cancel' },
  { errMsg: 'getPhoneNumber:fail cancel' }
]
const REFUSED = [
  { errMsg: 'getPhoneNumber:fail no permission', errno: 102 },
  { errMsg: 'getPhoneNumber:fail privacy permission is not authorized', errno: 104 },
  { errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement', errno: 112 },
  { errMsg: 'getPhoneNumber:fail', errno: 1400001 },
  { errMsg: 'getPhoneNumber:fail jsapi has no permission, event=getPhoneNumber, runningState=stop, permit deny', errno: 102 },
  { errMsg: 'getPhoneNumber:fail system error' },
  {}
]

async function askingForPhone(t, options) {
  const world = show(t, 'auth-flow', Object.assign({ properties: { mustAuthStep: 3 }, user: KNOWN }, options))
  await until(() => part(world.comp, 'button') && part(world.comp, 'button').data.openType === 'getPhoneNumber')
  return world
}

for (const detail of NO) {
  test(`the user's no is deny, and told as his: ${JSON.stringify(detail)}`, async (t) => {
    const { comp, events } = await askingForPhone(t)
    fire(part(comp, 'button'), 'getphonenumber', detail)
    assert.deepEqual(events.slice(1), [['deny', detail]])
    assert.equal(problemOf(comp), '你拒绝了授权，可以再点一次')
  })
}

for (const detail of REFUSED) {
  test(`the platform's no is fail with errno, and told as not available: ${JSON.stringify(detail)}`, async (t) => {
    const { comp, events } = await askingForPhone(t)
    fire(part(comp, 'button'), 'getphonenumber', detail)
    const [[type, failure]] = events.slice(1)
    assert.equal(events.length, 2)
    assert.deepEqual([type, failure.code, failure.errno, failure.errMsg], ['fail', 'NOT_AVAILABLE', detail.errno, detail.errMsg])
    assert.match(problemOf(comp), /暂时无法使用/)
    const success = heard(comp, 'success')
    fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
    await success
  })
}

test('an old getUserInfo button that the platform refuses is fail, that the user refuses is deny', async (t) => {
  const { comp, events } = show(t, 'user-container', { api: isOld })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:fail auth deny' })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:fail', errno: 112 })
  assert.deepEqual(names(events), ['getuserinfo', 'deny', 'getuserinfo', 'fail'])
})

test('a picture choice that was cancelled is nothing; one that failed is fail', async (t) => {
  const { comp, events } = show(t, 'user-container')
  fire(part(comp, 'pick'), 'chooseavatar', { errMsg: 'chooseAvatar:fail cancel' })
  assert.deepEqual(names(events), ['chooseavatar'])
  fire(part(comp, 'pick'), 'chooseavatar', { errMsg: 'chooseAvatar:fail api scope is not declared in the privacy agreement', errno: 112 })
  assert.deepEqual(names(events), ['chooseavatar', 'chooseavatar', 'fail'])
  assert.equal(events[2][1].errno, 112)
})

// ---- texts, slots, classes, styles

const SOURCES = join(__dirname, '..', 'components')
const components = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
const templateOf = (name) => readFileSync(join(root, 'components', name, 'index.wxml'), 'utf8')

test('the purposes name no shop, and can be changed: by the component, by the client', async (t) => {
  const plain = await askingForPhone(t)
  assert.doesNotMatch(plain.comp.dom.textContent, /取件|售后|订单|评价/)
  const changed = await askingForPhone(t, { properties: { mustAuthStep: 3, texts: { phoneWhy: '用于送货' } } })
  assert.match(changed.comp.dom.textContent, /用于送货/)
  changed.comp.setData({ texts: { phoneWhy: '用于开发票' } })
  assert.match(changed.comp.dom.textContent, /用于开发票/)
  const byClient = await askingForPhone(t, { config: { texts: { phoneTitle: '留个电话' } } })
  assert.equal(titleOf(byClient.comp), '留个电话')
})

/** A host with a component that has views of its own. */
function hostOf(t, template, names, options) {
  const world = createPhone(options && options.api, options && options.config)
  Object.assign(world.backend.user, options && options.user)
  const comp = simulate.render(simulate.load({ usingComponents: Object.fromEntries(names.map((name) => [name, idOf(name)])), template }))
  comp.attach(window.document.body)
  t.after(() => comp.detach())
  return Object.assign(world, { comp })
}

test('auth-flow: a view of one\'s own for each step; nextStep(event) from it moves the flow on', async (t) => {
  const template = '<auth-flow must-auth-step="{{3}}" custom="user phone done"><view slot="user">我的昵称页</view><view slot="phone">我的手机页</view><view slot="done">我的完成页</view></auth-flow>'
  const { comp, client } = hostOf(t, template, ['auth-flow'])
  await until(() => comp.dom.textContent.includes('我的昵称页'))
  assert.ok(!part(comp, 'form') && !comp.dom.textContent.includes('完善头像昵称'))
  await client.auth.nextStep({ type: 'submit', detail: { value: { nickname: '小明' } } })
  assert.ok(comp.dom.textContent.includes('我的手机页') && !comp.dom.textContent.includes('我的昵称页'))
  await client.auth.nextStep({ type: 'getphonenumber', detail: WITH_CODE })
  assert.ok(comp.dom.textContent.includes('我的完成页'))
})

for (const name of ['auth-popup', 'auth-page']) {
  test(`${name}: hands the views of one's own on to auth-flow`, async (t) => {
    const { comp } = hostOf(t, `<${name} id="it" custom="user" options="{{ {mustAuthStep: '2', backTo: '%2Fa'} }}"><view>上面</view><view slot="user">我的昵称页</view></${name}>`, [name])
    if (name === 'auth-popup') comp.querySelector('#it').instance.open({ mustAuthStep: 2 }).catch(() => {})
    await until(() => comp.dom.textContent.includes('我的昵称页'))
    assert.ok(comp.dom.textContent.includes('上面'))
  })
}

test('auth-flow: the last view says that all is granted', async (t) => {
  const { comp } = show(t, 'auth-flow', { properties: { mustAuthStep: 2 }, user: KNOWN })
  await until(() => part(comp, 'title') && titleOf(comp) === '已全部授权')
  assert.equal(part(comp, 'form'), undefined)
})

test('no node has a class of its own and one from outside: their order is undefined', () => {
  for (const name of components) {
    const classes = [...templateOf(name).matchAll(/(?<![-\w])class="([^"]*)"/g)].map((match) => match[1].split(/\s+/))
    for (const list of classes) {
      const outside = list.filter((one) => /-class$/.test(one))
      assert.ok(outside.length === 0 || list.length === 1, `${name}: class="${list.join(' ')}"`)
    }
    const externals = [...readFileSync(join(SOURCES, name, 'index.js'), 'utf8').matchAll(/'([\w-]+-class)'/g)].map((match) => match[1])
    for (const external of externals) assert.match(templateOf(name), new RegExp(`class="${external}"`), `${name}: ${external}`)
  }
})

/** Specificity of a selector of classes, elements and one attribute, as [classes, elements]. */
const specificity = (selector) => [(selector.match(/\.[\w-]+|\[/g) || []).length, (selector.match(/(^|[\s>+~])[\w-]+/g) || []).length]

test('every button is as wide as its box with "style": "v2" too: our rule is stronger than wx-button:not([size=mini])', () => {
  for (const name of components) {
    const sheet = readFileSync(join(root, 'components', name, 'index.wxss'), 'utf8').replace(/\/\*[^]*?\*\//g, '')
    const rules = [...sheet.matchAll(/([^{}]+)\{([^}]*)\}/g)].map(([, selector, body]) => ({ selector: selector.trim(), body }))
    for (const [, classes] of templateOf(name).matchAll(/<button[^>]* class="([^"]*)"/g)) {
      const own = classes.split(/[\s{]/).slice(0, 2)
      const rule = rules.find(({ selector }) => selector === own.map((one) => '.' + one).join(''))
      assert.ok(rule, `${name}: no rule for ${own}`)
      assert.match(rule.body, /width:/)
      const [classCount] = specificity(rule.selector)
      assert.ok(classCount > specificity('wx-button:not([size=mini])')[0], `${name}: ${rule.selector}`)
    }
  }
})

test('two copies of the package in one mini program have one client', (t) => {
  const copy = () => {
    const files = Object.keys(require.cache).filter((file) => file.startsWith(join(__dirname, '..', 'src') + '/') || file.startsWith(join(__dirname, '..', 'miniprogram_dist') + '/'))
    const kept = files.map((file) => [file, require.cache[file]])
    for (const file of files) delete require.cache[file]
    const fresh = require(root === join(__dirname, '..') ? join(root, 'src') : root)
    for (const [file, module] of kept) require.cache[file] = module
    return fresh
  }
  const { client } = createPhone()
  const other = copy()
  assert.notEqual(other.createClient, sdk.createClient)
  assert.equal(other.getDefaultClient(), client)
  const own = other.createClient({ baseURL: 'https://other.example', wx: globalThis.wx })
  other.setDefaultClient(own)
  assert.deepEqual([other.getDefaultClient(), sdk.getDefaultClient()], [own, client], 'who was told has his own')
  sdk.setDefaultClient(own)
  assert.equal(sdk.getDefaultClient(), own, 'a client of another copy is a client')
  t.after(() => sdk.setDefaultClient(client))
})

// ---- pictures

const picks = (comp, path = 'wxfile://tmp_1.png') => fire(part(comp, 'pick'), 'chooseavatar', { avatarUrl: path })

test('a picture where the server takes none: the user is told, nothing is stored, the nickname alone can be', async (t) => {
  const { comp, backend, client } = show(t, 'user-container')
  backend.avatars = false
  picks(comp)
  let fail = heard(comp, 'fail')
  submit(comp, '小明')
  const { code, field, message } = await fail
  assert.deepEqual([code, field], ['NOT_FOUND', 'avatarUrl'])
  assert.match(message, /hooks\.uploadAvatar/)
  assert.match(part(comp, 'note').dom.textContent, /不支持头像/)
  assert.equal(backend.count('/wx/updateuser'), 0)
  const success = heard(comp, 'success')
  submit(comp, '小明')
  assert.equal((await success).userInfo.nickname, '小明')
  assert.equal(client.session.getUser().avatarUrl, '')
})

test('the same in auth-flow: told in its own line', async (t) => {
  const { comp, backend } = show(t, 'auth-flow', { properties: { mustAuthStep: 2 } })
  backend.avatars = false
  await until(() => part(comp, 'form'))
  picks(comp)
  const fail = heard(comp, 'fail')
  submit(comp, '小明')
  await fail
  assert.match(problemOf(comp), /不支持头像/)
  assert.equal(part(comp, 'note'), undefined)
})

for (const code of ['PICTURE_INVALID', 'CONTENT_REFUSED', 'BODY_TOO_LARGE']) {
  test(`a picture that is ${code}: another can be chosen`, async (t) => {
    const { comp, backend, events } = show(t, 'user-container')
    backend.fault('/wx/updateavatar', code)
    picks(comp)
    const fail = heard(comp, 'fail')
    submit(comp, '小明')
    assert.equal((await fail).code, code)
    assert.ok(part(comp, 'note'))
    assert.equal(comp.data.avatarUrl, '')
    picks(comp, 'wxfile://tmp_2.png')
    assert.equal(part(comp, 'note'), undefined)
    const success = heard(comp, 'success')
    submit(comp, '小明')
    assert.match((await success).userInfo.avatarUrl, /^https:/)
    assert.deepEqual(names(events).filter((name) => name !== 'chooseavatar'), ['fail', 'success'])
  })
}

test('a picture that the network lost stays chosen', async (t) => {
  const { comp, phone, client } = show(t, 'user-container')
  await client.session.login()
  phone.offline = true
  picks(comp)
  const fail = heard(comp, 'fail')
  submit(comp, '小明')
  assert.equal((await fail).code, 'NETWORK')
  assert.equal(comp.data.avatarUrl, 'wxfile://tmp_1.png')
})

test('the upload tells its progress', async (t) => {
  const { comp, phone, events } = show(t, 'user-container')
  const sending = held(phone, '/wx/updateavatar')
  picks(comp)
  submit(comp, '小明')
  const call = await sending
  call.listeners.progress({ progress: 40 })
  assert.match(part(comp, 'pick-label').dom.textContent, /40%/)
  const success = heard(comp, 'success')
  call.answer()
  await success
  assert.deepEqual(events.find(([name]) => name === 'progress'), ['progress', { progress: 40 }])
})

test('a hook that hangs does not keep the component busy for ever', async (t) => {
  const { comp } = show(t, 'user-container', { config: { uploadTimeout: 20, hooks: { uploadAvatar: () => new Promise(() => {}) } } })
  picks(comp)
  const fail = heard(comp, 'fail')
  submit(comp, '小明')
  assert.equal((await fail).code, 'TIMEOUT')
  assert.equal(comp.data.busy, false)
  assert.equal(comp.data.avatarUrl, 'wxfile://tmp_1.png')
})

// ---- more of the platform's buttons

test('phone-container realtime: its open-type, its event, the number', async (t) => {
  const { comp, events, backend } = show(t, 'phone-container', { properties: { realtime: true } })
  assert.equal(part(comp, 'button').data.openType, 'getRealtimePhoneNumber')
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getrealtimephonenumber', { errMsg: 'getRealtimePhoneNumber:ok', code: 'r1' })
  await success
  assert.deepEqual(names(events), ['getrealtimephonenumber', 'success'])
  assert.deepEqual(backend.log.at(-1).data, { code: 'r1' })
})

test('privacy: one tap for the privacy notice and the number or the picture', async (t) => {
  const phone = show(t, 'phone-container', { properties: { privacy: true } })
  assert.equal(part(phone.comp, 'button').data.openType, 'getPhoneNumber|agreePrivacyAuthorization')
  fire(part(phone.comp, 'button'), 'agreeprivacyauthorization', { errMsg: 'ok' })
  assert.deepEqual(names(phone.events), ['agreeprivacyauthorization'])
  const user = show(t, 'user-container', { properties: { privacy: true } })
  assert.equal(part(user.comp, 'pick').data.openType, 'chooseAvatar|agreePrivacyAuthorization')
})

test('auth-flow joint-privacy: no view for the consent, the notice stands above the step\'s own button', async (t) => {
  const api = { getPrivacySetting: ({ success }) => success({ needAuthorization: true, privacyContractName: '《甲》' }) }
  const { comp } = show(t, 'auth-flow', { api, user: KNOWN, properties: { mustAuthStep: 3, jointPrivacy: true } })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getPhoneNumber|agreePrivacyAuthorization')
  assert.equal(part(comp, 'link').dom.textContent, '《甲》')
  fire(part(comp, 'button'), 'agreeprivacyauthorization', {})
  assert.equal(part(comp, 'button').data.openType, 'getPhoneNumber')
  assert.equal(part(comp, 'link'), undefined)
})

test('auth-flow need: what is asked for is no line', async (t) => {
  const { comp } = show(t, 'auth-flow', { properties: { need: ['phone'] } })
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
  assert.equal((await success).userInfo.nickname, '')
})

test('auth-flow with unionid among the steps: the signed button, although there is a nickname', async (t) => {
  const { comp, backend } = show(t, 'auth-flow', { user: KNOWN, config: { steps: ['unionid', 'user', 'phone'] }, properties: { mustAuthStep: 2 } })
  await until(() => part(comp, 'button') && part(comp, 'button').data.openType === 'getUserInfo')
  Object.assign(backend.user, { hasUnionId: true })
  const success = heard(comp, 'success')
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:ok', rawData: '{"nickName":"微信用户"}', signature: 's', encryptedData: 'e', iv: 'i' })
  assert.equal((await success).step, 2)
})

test('the article\'s names on auth-popup: setMustAuthStep opens and raises, getAuthStep', async (t) => {
  const { comp, client, backend } = show(t, 'auth-popup', { user: KNOWN })
  await client.session.login()
  assert.equal(comp.instance.getAuthStep(), 2)
  comp.instance.setMustAuthStep(3)
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
  backend.user.phone = '1'
  comp.instance.close()
})

test('a popup that is open for the nickname is raised by who needs the number', async (t) => {
  const { comp, client } = show(t, 'auth-popup')
  const page = { route: 'pages/x/index', options: {}, selectComponent: () => comp.instance }
  globalThis.getCurrentPages = () => [page]
  t.after(() => delete globalThis.getCurrentPages)
  const two = client.auth.mustAuth({ mustAuthStep: 2 })
  await until(() => part(comp, 'form'))
  const three = client.auth.mustAuth({ mustAuthStep: 3 }).then((user) => user.phone, (error) => error.code)
  submit(comp, '小明')
  await until(() => part(comp, 'title') && titleOf(comp) === '绑定手机号')
  comp.instance.close()
  assert.equal((await two).nickname, '小明', 'has what it asked for, although the popup was closed')
  assert.equal(await three, 'AUTH_CANCELLED')
})

// ---- session-list

const rowsOf = (comp) => comp.data.rows.map(({ device, current }) => [device, current])

/** The user on this phone and two others. */
async function threeDevices(t) {
  const world = createPhone({}, { device: 'this phone' })
  const others = ['iPad / WeChat 8', ''].map((device) => sdk.createClient({
    baseURL: 'https://shop.example', wx: Object.assign({}, globalThis.wx, { getStorageSync: () => '', setStorageSync() {} }), ui: 'silent', device: device || false
  }))
  for (const client of others) await client.session.login()
  await world.client.session.login()
  const comp = simulate.render(idOf('session-list'))
  const events = []
  for (const type of ['load', 'ended', 'fail']) comp.addEventListener(type, ({ detail }) => events.push([type, detail]))
  comp.attach(window.document.body)
  t.after(() => comp.detach())
  await until(() => comp.data.ready && part(comp, 'row'))
  return Object.assign(world, { comp, others, events })
}

test('session-list: own devices, this one first; ends one', async (t) => {
  const { comp, events, client } = await threeDevices(t)
  assert.deepEqual(rowsOf(comp), [['this phone', true], ['', false], ['iPad / WeChat 8', false]])
  assert.match(comp.dom.textContent, /本机.*未知设备.*iPad/)
  assert.match(comp.data.rows[0].used, /^\d{4}-\d\d-\d\d \d\d:\d\d$/)
  const ended = heard(comp, 'ended')
  part(comp, 'end').dispatchEvent('tap')
  assert.deepEqual(await ended, { sessionsEnded: 1 })
  await until(() => comp.data.rows.length === 2)
  assert.ok(rowsOf(comp).some(([device]) => device === 'this phone'))
  assert.ok(client.session.getToken())
  await until(() => !comp.data.busy)
  assert.deepEqual(names(events), ['load', 'ended', 'load'])
})

test('session-list: ends all others; then says that there are none', async (t) => {
  const { comp } = await threeDevices(t)
  const ended = heard(comp, 'ended')
  part(comp, 'button').dispatchEvent('tap')
  assert.deepEqual(await ended, { sessionsEnded: 2 })
  await until(() => comp.data.rows.length === 1 && part(comp, 'none'))
  assert.match(part(comp, 'none').dom.textContent, /没有其他设备/)
})

test('session-list: a failure is told, and can be tried again', async (t) => {
  const { comp, phone, client } = show(t, 'session-list')
  phone.offline = true
  assert.equal((await heard(comp, 'fail')).code, 'NETWORK')
  assert.equal(problemOf(comp), '网络不通，请稍后再试')
  phone.offline = false
  part(comp, 'button').dispatchEvent('tap')
  await until(() => part(comp, 'row'))
  assert.ok(client.session.getToken())
})

test('auth-flow judges a deny of somebody else\'s button itself', async (t) => {
  const { comp, events } = await askingForPhone(t)
  comp.instance.onDeny({ detail: { errMsg: 'getPhoneNumber:fail', errno: 1400001 } })
  assert.match(problemOf(comp), /暂时无法使用/)
  assert.deepEqual([events[0][0], events[0][1].errno], ['fail', 1400001])
})
