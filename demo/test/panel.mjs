// SPDX-License-Identifier: MIT
/*
 * panel.mjs: the demo page in Chromium: its controls do what they say to the
 * real system, its diagram and gauges tell what happened, and nothing on it
 * overlaps or is cut off, on a laptop, a tablet and a phone.
 *
 *   PANEL   name -> async ({chromium, system}) => ...
 *
 * With WXLOGIN_DOC_SCREENSHOTS=1 some of the pictures go to doc/screenshots too.
 */
import assert from 'node:assert/strict'
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './support/in-page.mjs'

const DOC = fileURLToPath(new URL('../../doc/screenshots', import.meta.url))
export const LAPTOP = [1366, 768]
export const PHONE = [390, 844]

/** @param {{page: import('puppeteer-core').Page, shots: string}} demo @param {string} name @param {{doc?: boolean, full?: boolean}} [options] */
export async function picture({ page, shots }, name, { doc = false, full = false } = {}) {
  const file = path.join(shots, name + '.png')
  await page.screenshot({ path: file, fullPage: full })
  if (doc) await publish(file)
}

/** To doc/screenshots, when that is wanted. @param {string} file */
export async function publish(file) {
  if (!process.env.WXLOGIN_DOC_SCREENSHOTS) return
  await mkdir(DOC, { recursive: true })
  await copyFile(file, path.join(DOC, path.basename(file)))
}

/** Waits for what the page says under the diagram. */
export const said = ({ page }, pattern) => page.evaluate(until, String((source) => {
  const text = document.getElementById('said').textContent
  return new RegExp(source).test(text) && text
}), [pattern.source], 20000)

export const click = ({ page }, selector) => page.click(selector)
export const settled = ({ page }) => page.evaluate(() => window.demo.settled())

/** The rows of the diagram: [{lane, direction, label, times, requestId}]. */
const rows = ({ page }) => page.$$eval('#rows .row', (all) => all.map((row) => ({
  classes: row.className,
  label: row.querySelector('.label').textContent,
  times: Number(row.querySelector('.times').textContent.slice(1) || 1),
  requestId: row.dataset.requestId
})))

const gauge = ({ page }, name) => page.$eval(`[data-gauge="${name}"]`, (node) => ({ ...node.dataset, text: node.querySelector('.gauge-text').textContent }))

/** The home page is there and the diagram has told it. */
export async function open({ chromium }, query, size, scale) {
  const demo = await chromium.demo(query, ...size, scale)
  await demo.phoneAt(0).sees(query.lang === 'en' ? 'Logged in silently' : '已静默登录')
  await settled(demo)
  return demo
}

export async function close(demo) {
  assert.deepEqual(demo.faults, [])
  await demo.page.close()
}

/** What is cut off, lies over something else, or sticks out: nothing. */
function faultsOfLayout() {
  const seen = (node) => node.getClientRects().length > 0
  const controls = [...document.querySelectorAll('header button, h1, .tagline, #show, #run, #told, .lane, .help, .buttons button, .buttons label, .buttons select, dd, .said button, .diagram-head b, .gauge, .diagram, .shell')].filter(seen)
  const boxes = controls.map((node) => ({ node, box: node.getBoundingClientRect() }))
  const name = (node) => node.textContent.trim().slice(0, 30) || node.className
  const faults = []
  for (const { node, box } of boxes) {
    if (box.left < -1 || box.right > document.documentElement.clientWidth + 1) faults.push('sticks out: ' + name(node))
    if (node.matches('button, label') && node.scrollWidth > node.clientWidth + 1) faults.push('cut off: ' + name(node))
  }
  const frame = document.querySelector('.diagram-head').getBoundingClientRect()
  for (const { node, box } of boxes.filter((one) => one.node.matches('.diagram-head b'))) {
    if (box.left < frame.left || box.right > frame.right) faults.push('cut off: ' + name(node))
  }
  for (const one of boxes) {
    for (const two of boxes) {
      if (one === two || one.node.contains(two.node) || two.node.contains(one.node)) continue
      const apart = one.box.right <= two.box.left + 0.5 || two.box.right <= one.box.left + 0.5 || one.box.bottom <= two.box.top + 0.5 || two.box.bottom <= one.box.top + 0.5
      if (!apart) faults.push(`overlap: ${name(one.node)} / ${name(two.node)}`)
    }
  }
  for (const node of [...document.querySelectorAll('.gauge-text, #told, h1, .tagline, .lane-what, .lane-other, .lane-ends, dt, dd')].filter(seen)) {
    if (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 2) faults.push('cut off: ' + name(node))
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push('scrolls sideways')
  return faults
}

async function coldStart(world) {
  const demo = await open(world, { lang: 'zh' }, LAPTOP)
  const told = await rows(demo)
  const login = told.findIndex(({ label }) => label.startsWith('wx.login →'))
  const reply = told.findIndex(({ label, requestId }, index) => index > login && label === '200 OK' && requestId)
  const exchange = told.findIndex(({ label }) => label.startsWith('/sns/jscode2session → ok'))
  assert.ok(login >= 0 && exchange > login && reply > exchange, JSON.stringify(told))
  assert.equal(told[exchange].requestId, told[reply].requestId, 'by the request id')
  assert.match(told[reply].requestId, /^[A-Za-z0-9._-]{1,64}$/)
  await close(demo)
}

const STORM = {
  zh: { revoked: /会话已在服务器上结束/, sent: '20 个请求，20 个成功，登录 1 次' },
  en: { revoked: /session is over on the server/, sent: 'Sent: 20, succeeded: 20, logins: 1' }
}

/** @param {'zh' | 'en'} lang */
const storm = (lang) => async (world) => {
  const demo = await open(world, { lang }, LAPTOP, 1)
  await click(demo, '[data-action="revoke"]')
  await said(demo, STORM[lang].revoked)
  await click(demo, '[data-action="clear"]')
  await click(demo, '#fire')
  assert.equal(await said(demo, /20/), STORM[lang].sent)
  await settled(demo)
  await picture(demo, 'storm-' + lang, { doc: true })
  const told = await rows(demo)
  const count = (label) => told.filter((row) => row.label === label).reduce((sum, { times }) => sum + times, 0)
  assert.equal(count('POST /wx/onlogin'), 1)
  assert.equal(count('200'), 20)
  assert.ok(count('401 AUTH_INVALID') >= 1)
  assert.equal(count('GET /members/offers.json'), 20 + count('401 AUTH_INVALID'))
  assert.equal((await gauge(demo, 'lock')).most, '1')
  assert.equal((await gauge(demo, 'fuse')).most, '1')
  assert.ok(Number((await gauge(demo, 'gate')).most) <= 9)
  await close(demo)
}

async function fuse(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP)
  await click(demo, '[data-switch="useless"]')
  await click(demo, '[data-action="revoke"]')
  await said(demo, /session is over/)
  await demo.page.select('#count', '1')
  for (let n = 0; n < 4; n++) {
    await click(demo, '#fire')
    await said(demo, /Sent: 1, succeeded: 0/)
    await demo.page.evaluate(() => (document.getElementById('said').textContent = ''))
  }
  await demo.page.evaluate(until, String(() => document.querySelector('[data-gauge="fuse"][data-mood="open"]') !== null), [], 20000)
  assert.match((await gauge(demo, 'fuse')).text, /^open, \d s$/)
  await island(demo, 'paused')
  await picture(demo, 'fuse-open')
  await click(demo, '[data-switch="useless"]')
  await demo.phoneAt(0).evaluate(() => {
    const now = Date.now
    Date.now = () => now.call(Date) + 5000
  })
  await click(demo, '#fire')
  await said(demo, /Sent: 1, succeeded: 1, logins: 1/)
  await close(demo)
}

/** Waits until the island of a phone says this. */
const island = ({ page }, state, index = 0) => page.evaluate(until, String((n, is) => {
  const node = document.querySelectorAll('.island')[n]
  return node.dataset.is === is && node.textContent !== ''
}), [index, state], 20000)

async function gone(world) {
  const { system } = world
  const demo = await open(world, { lang: 'en' }, LAPTOP, 1)
  const phone = demo.phoneAt(0)
  await island(demo, 'live')
  await click(demo, '[data-action="revoke"]')
  await island(demo, 'gone')
  assert.equal(await demo.page.$eval('.island', (node) => node.textContent), 'session gone')
  await picture(demo, 'session-gone')
  await click(demo, '#fire')
  await island(demo, 'live')
  // The truth of it is the server's.
  const token = await demo.page.evaluate(() => window.demo.phones[0].client().session.getToken())
  assert.equal((await system.post('/wx/checksession', {}, { Authorization: 'Bearer ' + token })).code, 'OK')
  await click(demo, '[data-action="second"]')
  await demo.page.evaluate(until, String(() => window.demo.phones.length === 2), [], 20000)
  await island(demo, 'live', 1)
  await phone.tap('Me')
  await phone.tap('Settings')
  await phone.tap('Log out everywhere')
  await phone.tapAt('[data-answer="confirm"]')
  await island(demo, 'none')
  await island(demo, 'gone', 1)
  await close(demo)
}

async function twoPhones(world) {
  const demo = await open(world, { lang: 'zh' }, [1440, 900])
  await click(demo, '[data-action="second"]')
  await demo.page.evaluate(until, String(() => window.demo.phones.length === 2), [], 20000)
  const two = demo.phoneAt(1)
  await two.sees('已静默登录')
  await two.tap('我的')
  await two.tap('设置')
  await two.tap('退出所有设备')
  await two.tapAt('[data-answer="confirm"]')
  await two.sees('已结束 2 个会话')
  await demo.page.click('[data-phone="0"]')
  await click(demo, '#fire')
  assert.equal(await said(demo, /个请求，/), '20 个请求，20 个成功，登录 1 次')
  await settled(demo)
  await picture(demo, 'two-phones')
  for (const [width, height] of [[1440, 900], LAPTOP, [1024, 768], PHONE]) {
    await demo.page.setViewport({ width, height })
    assert.deepEqual(await demo.page.evaluate(faultsOfLayout), [], `${width} wide`)
  }
  await close(demo)
}

async function switches(world) {
  const { system } = world
  const demo = await open(world, { lang: 'zh' }, LAPTOP)
  await demo.page.select('#count', '5')
  await click(demo, '[data-switch="offline"]')
  await click(demo, '#fire')
  await said(demo, /^5 个请求，0 个成功，登录 0 次$/)
  await click(demo, '[data-switch="offline"]')
  await click(demo, '#wechat-down')
  await said(demo, /微信已故障/)
  await click(demo, '[data-action="revoke"]')
  await said(demo, /已在服务器上结束/)
  await click(demo, '#fire')
  await said(demo, /^5 个请求，0 个成功/)
  await settled(demo)
  assert.ok((await rows(demo)).some(({ label }) => label === '/sns/jscode2session → HTTP 500'))
  await click(demo, '#wechat-down')
  await said(demo, /微信已恢复/)
  await demo.page.evaluate(() => window.demo.phones[0].client().session.clearSession())
  await click(demo, '#fire')
  await said(demo, /^5 个请求，5 个成功，登录 1 次$/)
  const { sessionKey } = await system.post('/sandbox/user', { user: await demo.page.evaluate(() => window.demo.user) })
  await click(demo, '[data-action="rotate"]')
  await said(demo, /session_key 已更换/)
  assert.notEqual((await system.post('/sandbox/user', { user: await demo.page.evaluate(() => window.demo.user) })).sessionKey, sessionKey)
  await close(demo)
}

async function declined(world) {
  const demo = await open(world, { lang: 'zh' }, LAPTOP, 1)
  const phone = demo.phoneAt(0)
  await phone.tap('普洱')
  await phone.tap('立即购买')
  await phone.type('nickname', '小普')
  await phone.tap('保存')
  await phone.sees('绑定手机号')
  await click(demo, '[data-switch="deny"]')
  await phone.tap('微信手机号一键绑定')
  await phone.sees('你拒绝了授权，可以再点一次')
  await click(demo, '[data-switch="deny"]')
  await phone.tap('微信手机号一键绑定')
  await phone.sees('获取并验证你的手机号')
  await picture(demo, 'phone-number', { doc: true })
  await phone.tap('允许')
  await phone.sees('下单成功')
  await settled(demo)
  const told = await rows(demo)
  const exchange = told.find(({ label }) => label.startsWith('/wxa/business/getuserphonenumber → ok'))
  const reply = told.findIndex(({ requestId, classes }) => requestId === exchange.requestId && classes.includes('left'))
  assert.ok(told.indexOf(exchange) < reply)
  await close(demo)
}

/** @param {string} lang @param {number[]} size @param {string} name */
function layout(lang, size, name) {
  return async (world) => {
    const demo = await open(world, { lang }, size, 1)
    await click(demo, '#fire')
    await said(demo, /20/)
    await settled(demo)
    for (const help of await demo.page.$$('.help')) await help.click()
    await demo.page.evaluate(() => window.scrollTo(0, 0))
    assert.deepEqual(await demo.page.evaluate(faultsOfLayout), [])
    for (const help of await demo.page.$$('.help')) await help.click()
    await demo.page.evaluate(() => window.scrollTo(0, 0))
    await picture(demo, name, { full: true })
    assert.deepEqual(await demo.page.evaluate(faultsOfLayout), [])
    await close(demo)
  }
}

/** What a change of the language must leave as it is. */
const stateOf = ({ page }) => page.evaluate(() => {
  const { user, phones, counts } = window.demo
  const [phone] = phones
  return {
    user,
    token: phone.client().session.getToken(),
    switches: phone.switches,
    pages: phone.where(),
    counts: ['wxlogin', 'flyio', 'plain'].map(counts),
    rows: document.querySelectorAll('#rows .row').length,
    count: document.getElementById('count').value,
    help: document.getElementById('help-device').hidden
  }
})

async function language(world) {
  const demo = await open(world, { lang: 'zh' }, LAPTOP)
  await demo.page.select('#count', '5')
  await click(demo, '[data-action="revoke"]')
  await click(demo, '#fire')
  await said(demo, /^5 个请求，5 个成功，登录 1 次$/)
  await settled(demo)
  await click(demo, '[data-switch="old"]')
  await click(demo, '[aria-controls="help-device"]')
  await demo.phoneAt(0).tap('普洱')
  await demo.phoneAt(0).sees('立即购买')
  const before = await stateOf(demo)
  assert.equal(before.pages.length, 2)
  await click(demo, '[data-action="language"]')
  await said(demo, /^Sent: 5, succeeded: 5, logins: 1$/)
  await demo.phoneAt(0).sees('Buy now')
  await demo.phoneAt(0).sees('Old Pu')
  const after = await stateOf(demo)
  assert.ok(after.rows >= before.rows, 'the diagram goes on')
  assert.deepEqual({ ...after, rows: before.rows }, before)
  assert.equal(await demo.page.evaluate(() => document.documentElement.lang), 'en')
  assert.match(demo.page.url(), /lang=en/)
  // Every text is there in both languages: nothing is empty, nothing is left in the other one.
  const texts = await demo.page.$$eval('[data-text]', (all) => all.map((node) => node.textContent))
  assert.ok(texts.every((text) => text !== '' && text !== 'undefined'))
  assert.deepEqual(texts.filter((text) => /[\u4e00-\u9fff]/.test(text)), ['中文'])
  await close(demo)
}

export const PANEL = {
  'the diagram tells the login, WeChat\'s part by request id': coldStart,
  'revoke, then 20 requests: one login; diagram and gauges agree; Chinese': storm('zh'),
  'revoke, then 20 requests: one login; diagram and gauges agree; English': storm('en'),
  'useless tokens: the fuse gauge opens, then all is well': fuse,
  'two phones: one logs out everywhere, the other recovers': twoPhones,
  'network, WeChat and key: the switches do what they say': switches,
  'declined, then allowed; the phone number\'s exchange in the diagram': declined,
  'the phone shows that its session is gone': gone,
  'another language: everything stays as it is': language,
  'layout: laptop, Chinese': layout('zh', LAPTOP, 'laptop-zh'),
  'layout: laptop, English': layout('en', LAPTOP, 'laptop-en'),
  'layout: tablet, English': layout('en', [1024, 768], 'tablet-en'),
  'layout: phone, Chinese': layout('zh', PHONE, 'phone-zh'),
  'layout: phone, English': layout('en', PHONE, 'phone-en')
}
