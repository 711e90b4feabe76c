// SPDX-License-Identifier: MIT
/*
 * show.mjs: "break it and watch", in Chromium: it runs to its end, tells what
 * happens in the language that is chosen, can be stopped, leaves nothing
 * broken; and the clients beside wxlogin fare as their code has it.
 *
 *   SHOW   name -> async ({chromium, system}) => ...
 *
 * With WXLOGIN_DOC_SCREENSHOTS=1 the whole run is filmed, in both languages:
 * doc/screenshots/break-it-LANG.png, an animated PNG.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import UPNG from 'upng-js'
import { STORM } from '../app/panel/show.js'
import { TEXTS, fill } from '../app/panel/texts.js'
import { until } from './support/in-page.mjs'
import { LAPTOP, PHONE, click, close, open, picture, publish, said } from './panel.mjs'

const DARK = [{ name: 'prefers-color-scheme', value: 'dark' }, { name: 'prefers-reduced-motion', value: 'reduce' }]

/** Waits for what the show says. @returns {Promise<string>} */
const told = ({ page }, text) => page.evaluate(until, String((source) => {
  const words = document.getElementById('told').textContent
  return new RegExp('^' + source + '$').test(words) && words
}), [pattern(text)], 30000)

/** A text as a pattern: its numbers may be any. */
const pattern = (text) => fill(text.replace(/[.?*()]/g, '\\$&'), { a: '\\d+', b: '\\d+', c: '\\d+', n: String(STORM), s: '\\d' })

const counts = ({ page }) => page.evaluate(() => Object.fromEntries(['wxlogin', 'flyio', 'plain'].map((name) => [name, window.demo.counts(name)])))
const shown = ({ page }, lane, what) => page.$eval(`[data-lane="${lane}"] [data-count="${what}"]`, (node) => Number(node.textContent))
const isOn = ({ page }, name) => page.$eval(`[data-switch="${name}"]`, (box) => box.checked)

/** Milliseconds between two pictures of the film. */
const PICTURE = 500

/** Takes pictures until told to stop: [{at, png}], without those that show nothing new. */
function film({ page }) {
  const frames = []
  let on = true
  const work = (async () => {
    while (on) {
      const png = Buffer.from(await page.screenshot())
      if (frames.length === 0 || !png.equals(frames[frames.length - 1].png)) frames.push({ at: performance.now(), png })
      await new Promise((next) => setTimeout(next, PICTURE))
    }
  })()
  return async () => {
    on = false
    await work
    return frames
  }
}

/** An animated PNG of the pictures; the last one stays. @param {{at: number, png: Buffer}[]} frames */
function animate(frames) {
  const pictures = frames.map(({ png }) => UPNG.decode(png.buffer.slice(png.byteOffset, png.byteOffset + png.byteLength)))
  const [{ width, height }] = pictures
  const delays = frames.map(({ at }, index) => (index + 1 < frames.length ? Math.round(frames[index + 1].at - at) : 4000))
  return Buffer.from(UPNG.encode(pictures.map((picture) => UPNG.toRGBA8(picture)[0]), width, height, 128, delays))
}

/** What each client has to show for it. */
async function checkCounts(demo) {
  const { wxlogin, flyio, plain } = await counts(demo)
  for (const [name, lane] of Object.entries({ wxlogin, flyio, plain })) {
    assert.equal(await shown(demo, name, 'logins'), lane.logins)
    assert.equal(await shown(demo, name, 'failed'), lane.failed)
  }
  assert.equal(wxlogin.sent, flyio.sent, 'the same load')
  assert.equal(wxlogin.sent, plain.sent, 'the same load')
  // One for each storm, and those until the fuse opened.
  assert.ok(wxlogin.logins <= 6, JSON.stringify(wxlogin))
  assert.ok(wxlogin.failed < STORM / 2, 'only what came while the tokens died or the fuse was open')
  assert.equal(wxlogin.other, 'in')
  for (const other of [flyio, plain]) {
    assert.ok(other.logins >= STORM, JSON.stringify(other))
    assert.ok(other.failed > wxlogin.failed, JSON.stringify({ other, wxlogin }))
    assert.equal(other.other, 'out')
  }
}

/** @param {'en' | 'zh'} lang */
const whole = (lang) => async (world) => {
  const t = TEXTS[lang]
  const demo = await open(world, { lang }, LAPTOP, 1)
  await told(demo, t.show_idle)
  const cut = process.env.WXLOGIN_DOC_SCREENSHOTS ? film(demo) : async () => []
  await click(demo, '#run')
  for (const scene of ['calm', 'ended', 'storm']) await told(demo, t['show_' + scene])
  const words = await told(demo, t.show_countedOut)
  assert.match(words, /wxlogin 1\D/, 'one login for all of them')
  await told(demo, t.show_useless)
  assert.equal(await isOn(demo, 'useless'), true)
  await told(demo, t.show_fused)
  await demo.phoneAt(0).sees(lang === 'en' ? 'Login failed' : '登录没有成功')
  await told(demo, t.show_mended)
  assert.equal(await isOn(demo, 'useless'), false)
  await told(demo, t.show_again)
  await told(demo, t.show_totalOut)
  const frames = await cut()
  await demo.phoneAt(0).sees(lang === 'en' ? 'Logged in silently' : '已静默登录')
  await checkCounts(demo)
  await picture(demo, 'break-it-still-' + lang, { doc: true })
  await demo.page.emulateMediaFeatures(DARK)
  await picture(demo, 'break-it-dark-' + lang, { doc: true })
  if (frames.length > 0) {
    const file = path.join(demo.shots, `break-it-${lang}.png`)
    await writeFile(file, animate(frames))
    await publish(file)
  }
  await close(demo)
}

/** Stopped in the middle of the worst, in the other language. */
async function stopped(world) {
  const demo = await open(world, { lang: 'en' }, PHONE, 1)
  const before = await demo.page.evaluate(() => window.demo.user)
  await click(demo, '#run')
  await told(demo, TEXTS.en.show_calm)
  assert.equal(await demo.page.$eval('#run', (node) => node.textContent), 'Stop')
  await told(demo, TEXTS.en.show_countedOut)
  await demo.page.evaluate(() => window.scrollTo(0, 0))
  await picture(demo, 'break-it-phone', { doc: true })
  await demo.page.emulateMediaFeatures(DARK)
  await picture(demo, 'break-it-phone-dark', { doc: true })
  await told(demo, TEXTS.en.show_useless)
  assert.equal(await isOn(demo, 'useless'), true)
  await click(demo, '[data-action="language"]')
  await told(demo, TEXTS.zh.show_useless)
  assert.equal(await demo.page.$eval('#run', (node) => node.textContent), '停止')
  assert.match(await demo.page.$eval('.island', (node) => node.textContent), /[\u4e00-\u9fff]/)
  await click(demo, '#run')
  await told(demo, TEXTS.zh.show_stopped)
  assert.equal(await isOn(demo, 'useless'), false)
  assert.equal(await demo.page.$eval('#run', (node) => node.textContent), TEXTS.zh.run)
  // The phone comes after: its mini program starts again in the other language, for the same user.
  await demo.phoneAt(0).sees('小茶铺')
  assert.equal(await demo.page.evaluate(() => window.demo.phones[0].user), before)
  await close(demo)
}

/** By hand: what is done to the phone is done to the others. */
async function byHand(world) {
  const demo = await open(world, { lang: 'en' }, LAPTOP)
  await click(demo, '[data-action="revoke"]')
  await said(demo, /session is over/)
  await click(demo, '#fire')
  assert.equal(await said(demo, /Sent: 20/), 'Sent: 20, succeeded: 20, logins: 1')
  await demo.page.evaluate(until, String(() => ['flyio', 'plain'].every((name) => {
    const { served, failed } = window.demo.counts(name)
    return served + failed === 20
  })), [], 30000)
  const { wxlogin, flyio, plain } = await counts(demo)
  assert.deepEqual([wxlogin.logins, wxlogin.served, wxlogin.failed], [1, 20, 0])
  assert.ok(flyio.logins >= 20 && plain.logins >= 20, JSON.stringify({ flyio, plain }))
  await click(demo, '[data-switch="offline"]')
  await demo.page.select('#count', '5')
  await click(demo, '#fire')
  await said(demo, /Sent: 5, succeeded: 0/)
  await demo.page.evaluate(until, String((before) => ['flyio', 'plain'].every((name, n) => window.demo.counts(name).failed === before[n] + 5)), [[flyio.failed, plain.failed]], 20000)
  await click(demo, '[data-action="clear"]')
  assert.deepEqual(Object.values(await counts(demo)).map(({ sent }) => sent), [0, 0, 0])
  await close(demo)
}

export const SHOW = {
  'break it and watch: from one end to the other': whole('en'),
  ...(process.env.WXLOGIN_DOC_SCREENSHOTS ? { 'break it and watch: in Chinese': whole('zh') } : {}),
  'break it and watch: another language in the middle, then stopped': stopped,
  'three clients by hand: the same load, the same faults': byHand
}
