// SPDX-License-Identifier: MIT
/*
 * scenarios.mjs: the example mini program from one end to the other, as a
 * visitor uses it, against the real programs.  The same list runs in jsdom and
 * in Chromium.
 *
 *   SCENARIOS   name -> async ({phone, system, shot}) => ...
 *
 * phone(query) opens one; each scenario has users of its own.
 */
import assert from 'node:assert/strict'
import { peak, route, wire } from './support/in-page.mjs'

let users = 0

/** A user nobody has seen. */
const newUser = () => `${process.pid}-${Date.now()}-${++users}`

const named = (events, name) => events.filter((event) => event.name === name)
const onlogins = (events) => events.filter((event) => event.path === '/wx/onlogin')
const tokenOf = (phone) => phone.evaluate(() => window.phone.client().session.getToken())
const userOf = (phone) => phone.evaluate(() => window.phone.client().session.getUser())
const fire = (phone, n) => phone.evaluate((count) => window.phone.fire(count), n)
const turn = (phone, name, on) => phone.evaluate((what, value) => void (window.phone.switches[what] = value), name, on)

/** Ends the session on the server, behind the phone's back. */
async function revoke(system, phone) {
  const reply = await system.post('/wx/logout', {}, { Authorization: 'Bearer ' + await tokenOf(phone) })
  assert.deepEqual(reply, { code: 'OK', data: { sessionsEnded: 1 } })
}

/** What the server knows about the user of this phone. */
async function userOnServer(system, phone) {
  const { data } = await system.post('/wx/checksession', {}, { Authorization: 'Bearer ' + await tokenOf(phone) })
  return data.userInfo
}

/** A phone whose home page is there. */
async function start(world, query = {}) {
  const phone = await world.phone({ user: newUser(), ...query })
  await phone.sees(query.lang === 'en' ? 'Logged in silently' : '已静默登录')
  return phone
}

async function introduce(phone, name) {
  await phone.sees('完善头像昵称')
  await phone.type('nickname', name)
  await phone.tap('保存')
}

async function buy(phone) {
  await phone.tap('龙井')
  await phone.tap('立即购买')
}

/** The clock of the phone goes on, nobody waits. */
const later = (phone, ms) => phone.evaluate((by) => {
  const now = Date.now
  Date.now = () => now.call(Date) + by
}, ms)

async function coldStart(world) {
  const phone = await start(world)
  await phone.sees('会员今日 9 折')
  await phone.sees('古树普洱 357g')
  await phone.shot('cold-start')
  const events = await phone.evaluate(wire)
  assert.equal(named(events, 'login').length, 1)
  assert.deepEqual(onlogins(events).map(({ status, code }) => [status, code]), [[200, 'OK']])
  // Nothing was sent too early: no request was refused.
  assert.ok(named(events, 'request').every(({ status }) => status === 200))
  assert.equal((await userOnServer(world.system, phone)).nickname, '')
  return [phone]
}

async function warmStart(world) {
  const phone = await start(world)
  const token = await tokenOf(phone)
  await phone.restart()
  await phone.sees('已静默登录')
  assert.equal(await tokenOf(phone), token)
  assert.equal(named(await phone.evaluate(wire), 'login').length, 0, 'the stored session is used')
  await revoke(world.system, phone)
  await phone.restart()
  await phone.sees('已静默登录')
  assert.deepEqual(await fire(phone, 1), [200])
  assert.notEqual(await tokenOf(phone), token)
  assert.equal(onlogins(await phone.evaluate(wire)).length, 1)
  const stored = await phone.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))
  assert.ok(stored.includes(await tokenOf(phone)) && !stored.includes(token))
  return [phone]
}

async function storm(world) {
  const phone = await start(world)
  await revoke(world.system, phone)
  const outcomes = await fire(phone, 50)
  assert.deepEqual(outcomes, Array(50).fill(200))
  const events = await phone.evaluate(wire)
  assert.equal(named(events, 'login').length, 2)
  assert.equal(onlogins(events).length, 2)
  assert.ok(events.some(({ code }) => code === 'AUTH_INVALID'))
  assert.ok(await phone.evaluate(peak) <= 9, 'eight requests and the login')
  return [phone]
}

async function popup(world) {
  const phone = await start(world)
  await buy(phone)
  await phone.sees('完善头像昵称')
  await phone.shot('popup-nickname')
  await phone.tap('选择头像')
  await phone.tap('用微信头像')
  await phone.focus('nickname')
  await phone.tap('小明')
  await phone.tap('保存')
  await phone.until(() => /绑定手机号|只保存昵称/.test(document.body.textContent))
  // A server that takes no pictures: the user is told, and the name goes alone.
  if (await phone.evaluate(() => document.body.textContent.includes('只保存昵称'))) await phone.tap('保存')
  await phone.sees('绑定手机号')
  await phone.shot('popup-phone')
  await revoke(world.system, phone)
  await phone.tap('微信手机号一键绑定')
  await phone.sees('获取并验证你的手机号')
  await phone.shot('phone-sheet')
  await phone.tap('允许')
  await phone.sees('下单成功')
  await phone.shot('ordered')
  await phone.tap('好的')
  const user = await userOnServer(world.system, phone)
  const number = await phone.evaluate(() => window.phone.phoneNumber)
  assert.deepEqual([user.nickname, user.phone, user.countryCode], ['小明', number, '86'])
  const events = await phone.evaluate(wire)
  assert.equal(onlogins(events).length, 2, 'the expiry in the middle cost one login')
  const uploads = events.filter(({ path }) => path === '/wx/updatephone')
  assert.deepEqual(uploads.map(({ code }) => code), ['AUTH_INVALID', 'OK'])
  await phone.tap('立即购买')
  await phone.sees('下单成功')
  return [phone]
}

async function cancel(world) {
  const phone = await start(world)
  await buy(phone)
  await phone.sees('完善头像昵称')
  await phone.tapAt('[aria-label="关闭"]')
  await phone.until(() => !document.querySelector('[aria-label="关闭"]'))
  assert.equal(await phone.evaluate(() => wx.getStorageSync('orders')), '')
  await phone.tap('立即购买')
  await introduce(phone, '阿茶')
  await phone.tap('微信手机号一键绑定')
  await phone.tap('拒绝')
  await phone.sees('你拒绝了授权，可以再点一次')
  await phone.shot('declined')
  assert.equal((await userOf(phone)).phone, '')
  await phone.tap('微信手机号一键绑定')
  await phone.tap('允许')
  await phone.sees('下单成功')
  return [phone]
}

async function pageMode(world) {
  const phone = await start(world)
  await phone.tap('我的')
  await phone.tap('个人中心')
  await phone.sees('暂不授权')
  assert.equal(await phone.evaluate(route), 'pages/auth/index')
  await phone.shot('auth-page')
  await introduce(phone, '叶子')
  await phone.sees('我的 & 100% · 1')
  assert.equal(await phone.evaluate(route), 'pages/member/index')
  assert.equal(await phone.evaluate(() => getCurrentPages().length), 2)
  await phone.shot('member')
  await phone.tapAt('.bar-back')
  await phone.sees('叶子')
  assert.equal(await phone.evaluate(route), 'pages/mine/index')
  return [phone]
}

async function tabPage(world) {
  const phone = await start(world)
  await phone.tap('我的')
  await phone.tap('优惠券')
  await introduce(phone, '云雾')
  // Back on the tab: the name is in its head, and the coupons are a tap away.
  await phone.sees('云雾')
  assert.equal(await phone.evaluate(route), 'pages/mine/index')
  await phone.tap('优惠券')
  await phone.sees('2 张可用')
  return [phone]
}

async function fuse(world) {
  const phone = await start(world)
  await turn(phone, 'useless', true)
  await revoke(world.system, phone)
  const outcomes = []
  for (let n = 0; n < 4; n++) outcomes.push(...await fire(phone, 1))
  assert.deepEqual(outcomes, ['AUTH_INVALID', 'AUTH_INVALID', 'AUTH_INVALID', 'FUSE_OPEN'])
  const before = onlogins(await phone.evaluate(wire)).length
  assert.equal(before, 4)
  await turn(phone, 'useless', false)
  assert.deepEqual(await fire(phone, 1), ['FUSE_OPEN'], 'open means: not even a try')
  assert.equal(onlogins(await phone.evaluate(wire)).length, before)
  await later(phone, 5000)
  assert.deepEqual(await fire(phone, 20), Array(20).fill(200))
  assert.equal(onlogins(await phone.evaluate(wire)).length, before + 1)
  const { attempts, retryAfter } = await phone.evaluate(() => window.phone.client().session.guards())
  assert.deepEqual([attempts, retryAfter], [0, 0])
  return [phone]
}

async function weChatDown(world) {
  const { system } = world
  const phone = await start(world)
  const token = await tokenOf(phone)
  await revoke(system, phone)
  await system.post('/sandbox/fault', { path: '/sns/jscode2session', kind: 'status', status: 500, count: 1000 })
  try {
    const outcomes = []
    for (let n = 0; n < 4; n++) outcomes.push(...await fire(phone, 1))
    assert.equal(outcomes[0], 'WECHAT_UNAVAILABLE')
    for (const outcome of outcomes) assert.match(String(outcome), /^(WECHAT_UNAVAILABLE|FUSE_OPEN)$/)
    assert.ok(onlogins(await phone.evaluate(wire)).length <= 1 + 3, 'the server is not asked by every request')
    assert.equal(await tokenOf(phone), token, 'a failed refresh leaves what there was')
  } finally {
    await system.post('/sandbox/fault', { kind: 'none' })
  }
  await later(phone, 60000)
  assert.deepEqual(await fire(phone, 3), [200, 200, 200])
  return [phone]
}

async function retap(world) {
  const { system } = world
  const phone = await start(world)
  await turn(phone, 'old', true)
  await buy(phone)
  // No chooseAvatar: the old button gives the anonymous profile, then the form opens.
  await phone.tap('保存')
  await phone.type('nickname', '老手机')
  await phone.tap('保存')
  await phone.sees('微信手机号一键绑定')
  const user = await phone.evaluate(() => window.phone.user)
  await system.post('/sandbox/expire', { user, what: 'session_key' })
  await phone.tap('微信手机号一键绑定')
  await phone.tap('允许')
  await phone.sees('登录已更新，请再点一次')
  await phone.shot('retap')
  assert.equal((await userOf(phone)).phone, '')
  await phone.tap('微信手机号一键绑定')
  await phone.tap('允许')
  await phone.sees('下单成功')
  const uploads = (await phone.evaluate(wire)).filter(({ path }) => path === '/wx/updatephone')
  assert.deepEqual(uploads.map(({ code }) => code), ['DECRYPT_WX_OPEN_DATA_FAIL', 'OK'])
  return [phone]
}

async function everywhere(world) {
  const user = newUser()
  const one = await start(world, { user, device: '1' })
  const two = await start(world, { user, device: '2' })
  assert.notEqual(await tokenOf(one), await tokenOf(two))
  await one.tap('我的')
  await one.tap('设置')
  await one.tap('退出所有设备')
  await one.sees('你的每一台设备都将退出登录')
  await one.shot('everywhere')
  await one.tapAt('[data-answer="confirm"]')
  await one.sees('已结束 2 个会话')
  assert.equal(await tokenOf(one), undefined)
  // The other finds out at its next request, and comes back by itself.
  assert.deepEqual(await fire(two, 5), Array(5).fill(200))
  const events = await two.evaluate(wire)
  assert.ok(events.some(({ code }) => code === 'AUTH_INVALID'))
  assert.equal(onlogins(events).length, 2)
  assert.equal((await userOnServer(world.system, two)).id, (await userOf(two)).id)
  return [one, two]
}

async function offline(world) {
  const phone = await start(world)
  const token = await tokenOf(phone)
  await turn(phone, 'offline', true)
  assert.deepEqual(await fire(phone, 3), Array(3).fill('NETWORK'))
  await phone.tap('我的')
  await phone.tap('首页')
  await phone.sees('登录没有成功，下拉或稍后再试')
  await phone.shot('offline')
  await turn(phone, 'offline', false)
  await phone.tap('我的')
  await phone.tap('首页')
  await phone.sees('已静默登录')
  assert.equal(await tokenOf(phone), token)
  assert.equal(onlogins(await phone.evaluate(wire)).length, 1)
  return [phone]
}

async function consent(world) {
  const phone = await start(world, { on: 'consent' })
  await buy(phone)
  await phone.sees('用户隐私保护提示')
  await phone.shot('consent')
  await phone.tap('《小茶铺隐私保护指引》')
  await phone.tap('知道了')
  await phone.tap('同意并继续')
  await introduce(phone, '守规')
  await phone.sees('绑定手机号')
  return [phone]
}

/** The server has no use for a picture here; that it came as one, with the token, is what it says. */
async function upload(world) {
  const phone = await start(world)
  const send = (filePath) => phone.evaluate((path) => new Promise((resolve) => wx.uploadFile({
    url: location.origin + '/wx/updateuser',
    filePath: path,
    name: 'file',
    header: { Authorization: 'Bearer ' + window.phone.client().session.getToken(), 'content-type': 'image/png' },
    complete: resolve
  })), filePath)
  const reply = await send('/face.png')
  assert.deepEqual([reply.errMsg, reply.statusCode], ['uploadFile:ok', 415])
  assert.equal(typeof reply.data, 'string')
  assert.match(JSON.parse(reply.data).code, /^[A-Z_]+$/)
  assert.deepEqual(await send('wxfile://none.png'), { errMsg: 'uploadFile:fail file not found' })
  const [told] = (await phone.evaluate(wire)).filter(({ path }) => path === '/wx/updateuser')
  assert.deepEqual([told.method, told.status], ['POST', 415])
  return [phone]
}

async function english(world) {
  const phone = await start(world, { lang: 'en' })
  await phone.tap('Longjing, 50 g')
  await phone.tap('Buy now')
  await phone.sees('Picture and nickname')
  await phone.type('nickname', 'Ming')
  await phone.tap('Save')
  await phone.tap('Use my WeChat phone number')
  await phone.shot('english')
  await phone.tap('Allow')
  await phone.sees('Thank you')
  return [phone]
}

async function unbind(world) {
  const phone = await start(world)
  await buy(phone)
  await introduce(phone, '解绑')
  await phone.tap('微信手机号一键绑定')
  await phone.tap('允许')
  await phone.tap('好的')
  await phone.tapAt('.bar-back')
  await phone.tap('我的')
  await phone.tap('设置')
  await phone.shot('settings')
  await phone.tap('解绑手机号')
  await phone.sees('已解绑')
  await phone.sees('未设置')
  assert.equal((await userOnServer(world.system, phone)).phone, '')
  await phone.tap('退出登录')
  await phone.sees('已结束 1 个会话')
  return [phone]
}

export const SCENARIOS = {
  'cold start: one login, no request sent too early': coldStart,
  'warm start: the stored session is used; one that died meanwhile is replaced': warmStart,
  'expiry storm: 50 requests, one login, all succeed': storm,
  'popup from ONE to THREE with an expiry in the middle, then bought': popup,
  'popup closed, phone number declined, then allowed': cancel,
  'page mode: there and back with the query': pageMode,
  'page mode from a tab page: back by switchTab': tabPage,
  'useless tokens: the fuse opens, and mends': fuse,
  'WeChat is down: few logins, the session stays, all mends': weChatDown,
  'old base library, decryption fails: second tap': retap,
  'logout everywhere from one of two phones': everywhere,
  'no network: nothing is lost': offline,
  'privacy consent first': consent,
  'a file goes up as a form': upload,
  'English': english,
  'unbind the number, log out': unbind
}
