// SPDX-License-Identifier: MIT
/* texts.test.mjs: both languages say the same, one word per thing; the READMEs show what is there. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import UPNG from 'upng-js'
import { TEXTS } from '../app/panel/texts.js'
import { SCENES } from '../app/panel/show.js'
import { textsOf } from '../app/phone/texts.js'

const read = async (file) => readFile(new URL(file, import.meta.url), 'utf8')
const holes = (text) => (text.match(/%[a-z]/g) || []).sort().join()

test('both languages have the same texts, with the same numbers in them', () => {
  for (const [zh, en] of [[TEXTS.zh, TEXTS.en], [textsOf('zh'), textsOf('en')]]) {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort())
    for (const [name, text] of Object.entries(zh)) {
      assert.equal(holes(text), holes(en[name]), name)
      assert.ok(text && en[name], name)
      assert.doesNotMatch(name === 'other' ? '' : en[name], /[\u4e00-\u9fff]/)
    }
  }
})

test('every text that the page names is there, and every one is used', async () => {
  const page = await read('../www/index.html')
  const named = [...page.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, name]) => name)
  for (const name of named) assert.ok(name in TEXTS.en, name)
  const sources = await Promise.all(['main', 'gauges', 'lanes', 'pulse', 'phones', 'diagram', 'show'].map((name) => read(`../app/panel/${name}.js`)))
  const all = sources.join('\n')
  const made = /^(show_|session_|other_|sheet)/
  for (const name of Object.keys(TEXTS.en)) assert.ok(named.includes(name) || made.test(name) || new RegExp(`[.']${name}\\b`).test(all), name)
})

test('one word per thing', () => {
  const zh = Object.values(TEXTS.zh).join('\n')
  const en = Object.values(TEXTS.en).join('\n')
  assert.doesNotMatch(zh, /保险丝|断路器|登录态|凭证/)
  assert.doesNotMatch(en, /breaker|blow|trip|credential|login state/i)
  assert.match(zh, /熔断/)
  assert.match(en, /fuse/i)
})

test('the show takes about 20 seconds', () => {
  const planned = SCENES.reduce((sum, { ms }) => sum + ms, 0)
  assert.ok(planned >= 17000 && planned <= 23000, `${planned} ms`)
  for (const { say } of SCENES) assert.ok('show_' + say in TEXTS.en, say)
})

for (const name of ['README.md', 'README.zh-CN.md']) {
  test(`${name}: its pictures are there, one of them moves, and the port has a name`, async () => {
    const text = await read('../../' + name)
    const pictures = [...text.matchAll(/(?:src|srcset)="(doc\/screenshots\/[\w-]+\.png)"/g)].map(([, file]) => new URL('../../' + file, import.meta.url))
    assert.equal(pictures.length, 3)
    for (const file of pictures) assert.ok(existsSync(file), file.pathname)
    const [moving] = pictures.filter(({ pathname }) => /break-it-(en|zh)\.png$/.test(pathname))
    const bytes = await readFile(moving)
    const { frames, width } = UPNG.decode(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    assert.equal(width, 1366)
    assert.ok(frames.length >= 10, `${path.basename(moving.pathname)}: ${frames.length} frames`)
    assert.ok(bytes.length < 1000000, `${bytes.length} bytes`)
    assert.match(text, /WXLOGIN_DEMO_PORT=\d+ demo\/run/)
  })
}
