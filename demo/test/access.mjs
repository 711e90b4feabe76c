// SPDX-License-Identifier: MIT
/*
 * access.mjs: the demo is for everybody, in Chromium: what axe-core has to say
 * in both languages, light, dark and on a phone's width; fingers and keyboard
 * get everywhere; nothing moves for those who do not want it; on a small
 * screen one sees what one does.
 *
 *   ACCESS   name -> async ({chromium, system}) => ...
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { until } from './support/in-page.mjs'
import { LAPTOP, PHONE, click, close, open, picture, said } from './panel.mjs'

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe-core finds serious or critical, in the page and its phones: "rule: element". */
async function findings({ page }) {
  for (const frame of page.frames()) await frame.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any, all }) => `${id}: ${target.join(' > ')} ${[...any, ...all].map(({ message }) => message).join('; ')}`))
}

const features = (scheme, motion = 'reduce') => [{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: motion }]

/** Things of every colour: the session gone, the fuse open, dots of each kind, explanations. */
async function makeColourful(demo) {
  await click(demo, '[data-switch="useless"]')
  await click(demo, '[data-action="revoke"]')
  await demo.page.select('#count', '1')
  for (let n = 0; n < 4; n++) {
    await demo.page.evaluate(() => (document.getElementById('said').textContent = ''))
    await click(demo, '#fire')
    await said(demo, /1/)
  }
  await click(demo, '[data-switch="useless"]')
  for (const help of await demo.page.$$('.help')) await help.click()
}

/** @param {'en' | 'zh'} lang */
const audit = (lang) => async (world) => {
  const demo = await open(world, { lang }, LAPTOP, 1)
  await makeColourful(demo)
  for (const [name, scheme, [width, height]] of [['desk', 'light', LAPTOP], ['dark', 'dark', LAPTOP], ['phone', 'light', PHONE], ['phone-dark', 'dark', PHONE]]) {
    await demo.page.setViewport({ width, height, deviceScaleFactor: 1 })
    await demo.page.emulateMediaFeatures(features(scheme))
    assert.deepEqual(await findings(demo), [], name)
  }
  await close(demo)
}

/** The pages of the mini program, WeChat's sheets among them. */
async function auditPhone(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP, 1)
  const phone = demo.phoneAt(0)
  const check = async (name) => assert.deepEqual(await findings(demo), [], name)
  await phone.tap('Me')
  await check('me')
  await phone.tap('Settings')
  await check('settings')
  await phone.tap('Log out everywhere')
  await phone.sees('Every device of yours')
  await check('modal')
  await phone.tap('Cancel')
  await phone.tapAt('.bar-back')
  await phone.tap('Home')
  await phone.tap('Longjing, 50 g')
  await phone.sees('Buy now')
  await check('product')
  await phone.tap('Buy now')
  await phone.sees('Picture and nickname')
  await check('nickname')
  await phone.type('nickname', 'Ming')
  await phone.tap('Save')
  await phone.tap('Use my WeChat phone number')
  await phone.sees('Bound to WeChat')
  await check('phone sheet')
  await close(demo)
}

// ---- keyboard

/** Where the keyboard is in the phone: what the element says, or nothing when it is elsewhere. */
const focused = (phone) => phone.evaluate(() => {
  const { activeElement } = document
  if (!document.hasFocus() || activeElement === document.body || activeElement.matches('.wx-scroll')) return ''
  return (activeElement.getAttribute('aria-label') || activeElement.placeholder || activeElement.textContent).replace(/\s+/g, ' ').trim()
})

/** Tab until the phone's focus is on this. */
async function tabTo(phone, words) {
  const passed = []
  await phone.until((name) => [...document.querySelectorAll('button, input, [tabindex="0"]')]
    .some((element) => (element.getAttribute('aria-label') || element.placeholder || element.textContent).includes(name)), words)
  for (let n = 0; n < 60; n++) {
    const name = await focused(phone)
    if (name.includes(words)) return
    passed.push(name)
    await phone.page.keyboard.press('Tab')
  }
  assert.fail(`never came to "${words}": ${passed.join(' | ')}`)
}

async function press(phone, words, key = 'Enter') {
  await tabTo(phone, words)
  await phone.page.keyboard.press(key)
}

/** From the first page to the order and out again, without a pointer. */
async function keyboard(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP)
  const phone = demo.phoneAt(0)
  await demo.page.focus('#run')
  await press(phone, 'Longjing')
  await press(phone, 'Buy now', 'Space')
  await phone.sees('Picture and nickname')
  await press(phone, 'Choose a picture')
  await phone.sees('My WeChat picture')
  assert.equal(await focused(phone), 'My WeChat picture', 'the sheet has the keyboard')
  await demo.page.keyboard.press('Escape')
  await phone.until(() => !document.querySelector('.native-sheet'))
  await tabTo(phone, 'ickname')
  await phone.sees('Fill in my WeChat name')
  await demo.page.keyboard.press('Tab')
  assert.match(await focused(phone), /Ming/)
  await demo.page.keyboard.press('Enter')
  await press(phone, 'Save')
  await press(phone, 'Use my WeChat phone number')
  await press(phone, 'Allow')
  await phone.sees('Thank you')
  await press(phone, 'OK')
  await press(phone, 'Back')
  await press(phone, 'Me')
  await press(phone, 'My account')
  await phone.sees('Ming')
  await press(phone, 'Back')
  await press(phone, 'Settings')
  await press(phone, 'Log out everywhere')
  await press(phone, 'Log out')
  await phone.sees('sessions ended')
  await close(demo)
}

/** Nothing that listens to taps, and can be seen and named, is beyond Tab. */
async function everything(world) {
  const demo = await open(world, { lang: 'zh' }, LAPTOP)
  const phone = demo.phoneAt(0)
  const beyond = () => phone.evaluate(() => [...document.querySelectorAll('[data-tap], button, input')]
    .filter((element) => element.getClientRects().length > 0 && (element.textContent.trim() || element.getAttribute('aria-label')))
    .filter((element) => element.tabIndex < 0 || (!/^(BUTTON|INPUT)$/.test(element.tagName) && element.getAttribute('role') !== 'button'))
    .map((element) => element.outerHTML))
  assert.deepEqual(await beyond(), [])
  assert.ok(await phone.evaluate(() => document.querySelectorAll('[data-tap][tabindex="0"]').length) >= 6, 'the teas')
  await phone.tap('我的')
  assert.deepEqual(await beyond(), [])
  await phone.tap('设置')
  assert.deepEqual(await beyond(), [])
  await phone.tapAt('.bar-back')
  await phone.tap('首页')
  await phone.tap('普洱')
  await phone.tap('立即购买')
  await phone.sees('完善头像昵称')
  assert.deepEqual(await beyond(), [])
  await close(demo)
}

// ---- fingers, small screens

/** Is all of it in sight? */
const inSight = ({ page }, ...selectors) => page.evaluate((all) => all.filter((selector) => {
  const { top, bottom, left, right, height } = document.querySelector(selector).getBoundingClientRect()
  return height === 0 || top < -5 || left < -5 || bottom > window.innerHeight + 1 || right > window.innerWidth + 1
}), selectors)

async function small(world) {
  const demo = await open(world, { lang: 'zh' }, PHONE, 1)
  const stage = ['.shell.on', '[data-lane="wxlogin"]', '[data-lane="flyio"]', '[data-lane="plain"]']
  assert.deepEqual(await inSight(demo, 'h1', '#run', '#told', ...stage, '[data-gauge="fuse"]'), [], 'the show and what comes of it')
  await click(demo, '[data-action="revoke"]')
  await said(demo, /会话已在服务器上结束/)
  await demo.page.evaluate(until, String(() => document.querySelector('.island').dataset.is === 'gone'), [], 20000)
  assert.deepEqual(await inSight(demo, '[data-action="revoke"]', '#fire', '.island', ...stage), [], 'the controls and what comes of them')
  await click(demo, '#fire')
  await said(demo, /个请求，/)
  await picture(demo, 'controls-phone')
  await demo.page.evaluate(() => window.scrollTo(0, 0))
  await click(demo, '.enlarge')
  assert.deepEqual(await inSight(demo, '.shell.on', '#shrink'), [])
  assert.ok(await demo.page.$eval('.shell.on', (node) => node.getBoundingClientRect().width) > 340)
  await demo.phoneAt(0).tap('普洱')
  await demo.phoneAt(0).sees('立即购买')
  await click(demo, '#shrink')
  assert.deepEqual(await inSight(demo, '#run', ...stage), [])
  await close(demo)
}

/** With a finger: each control is explained, and nothing hides in a title. */
async function touch(world) {
  const demo = await open(world, { lang: 'en' }, PHONE)
  await demo.page.setViewport({ width: PHONE[0], height: PHONE[1], hasTouch: true, isMobile: true })
  assert.equal(await demo.page.$$eval('[title]:not(iframe)', (all) => all.length), 0)
  const controls = await demo.page.$$eval('.controls .buttons [data-text]', (all) => all.map((node) => node.dataset.text).filter((name) => !/^phone/.test(name)))
  assert.ok(controls.length >= 10)
  for (const help of await demo.page.$$('.help')) {
    await help.evaluate((node) => node.scrollIntoView({ block: 'center' }))
    await help.tap()
  }
  for (const name of [...controls, 'fire']) {
    const words = await demo.page.$eval(`dd[data-text="${name}Hint"]`, (node) => node.getClientRects().length > 0 && node.textContent)
    assert.match(String(words), /\w{3}.*\.$/, name)
  }
  // A request id is told in full.
  const id = await demo.page.$('.lane-01 .id:not([hidden])')
  await id.evaluate((node) => node.scrollIntoView({ block: 'center' }))
  await id.tap()
  await said(demo, /^X-Request-Id: [\w.-]{9,}$/)
  await close(demo)
}

// ---- motion, and the buttons of WeChat

async function motion(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP)
  const moving = async () => {
    await demo.page.evaluate(() => document.body.classList.add('running'))
    await demo.page.$eval('.island', (node) => (node.dataset.is = 'renewing'))
    await demo.page.$eval('#show', (node) => node.style.setProperty('--done', String(Math.random())))
    return demo.page.evaluate(() => document.getAnimations().length)
  }
  assert.equal(await moving(), 0)
  await demo.page.emulateMediaFeatures(features('light', 'no-preference'))
  assert.ok(await moving() > 0, 'else this would show nothing')
  await close(demo)
}

/** "style": "v2": a class alone does not beat it, two do. */
async function buttons(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP)
  const widths = await demo.phoneAt(0).evaluate(() => {
    const style = document.createElement('style')
    style.textContent = '.narrow { width: 90px } .narrow.more { width: 91px }'
    document.head.append(style)
    const box = document.querySelector('.wx-page:not([hidden]) .wx-scroll')
    return ['', 'class="narrow"', 'class="narrow more"', 'class="narrow" size="mini"'].map((attributes) => {
      box.insertAdjacentHTML('beforeend', `<button ${attributes}>x</button>`)
      return box.lastElementChild.getBoundingClientRect().width
    })
  })
  assert.deepEqual(widths, [184, 184, 91, 90])
  await close(demo)
}

export const ACCESS = {
  'axe-core: light, dark, phone; English': audit('en'),
  'axe-core: light, dark, phone; Chinese': audit('zh'),
  'axe-core: the pages and sheets of the phone': auditPhone,
  'by keyboard alone: from the first page to the order, and logged out': keyboard,
  'the keyboard reaches everything that can be tapped': everything,
  'a small screen: cause and effect in one view, the phone enlarged': small,
  'a finger reads every explanation': touch,
  'nothing moves for those who do not want it': motion,
  'buttons are 184 px wide as in WeChat, until a rule outweighs that': buttons
}
