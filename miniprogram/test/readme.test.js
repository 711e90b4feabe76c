// SPDX-License-Identifier: MIT
/*
 * readme.test.js: the README says what is so: its first example runs as
 * printed, its table of settings and of codes is the package's, both languages
 * have the same code, and every block of it parses.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { execFileSync } = require('node:child_process')
const { parse } = require('acorn')
const { readConfig } = require('../src/config')
const { scene } = require('./support/scene')

const root = join(__dirname, '..')
const english = readFileSync(join(root, 'README.md'), 'utf8')
const chinese = readFileSync(join(root, 'README.zh-CN.md'), 'utf8')
const blocksOf = (text) => [...text.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language, code]) => ({ language, code }))

test('the first example is ten lines, logs in and fetches, exactly as printed', scene(async ({ clock, phone, backend, sdk }) => {
  const { code } = blocksOf(english)[0]
  assert.equal(code.trimEnd().split('\n').length, 10)
  globalThis.wx = phone.wx
  const printed = []
  let app
  const run = new Function('require', 'App', 'console', code)
  run((name) => (assert.equal(name, 'wxlogin-miniprogram'), sdk), (options) => (app = options), { log: (...words) => printed.push(words) })
  await clock.until(app.onLaunch())
  delete globalThis.wx
  assert.deepEqual(printed, [['logged in as', backend.user.id]])
  assert.deepEqual(backend.log.map((entry) => [entry.path, entry.statusCode]), [['/wx/onlogin', 200], ['/wx/checksession', 200]])
}))

test('waiting for the login without a request: exactly as printed, it ends', scene(async ({ clock, phone, sdk }) => {
  const { code } = blocksOf(english.slice(english.indexOf('### Wait for the login without a request')))[0]
  globalThis.wx = phone.wx
  const printed = []
  let app
  const run = new Function('createClient', 'App', 'console', code)
  run(sdk.createClient, (options) => (app = options), { log: (...words) => printed.push(words), warn: (...words) => printed.push(words) })
  app.onLaunch()
  await clock.tick(1000)
  delete globalThis.wx
  assert.deepEqual(printed, [['']], 'a nickname, which is not known')
}))

test('every example parses', () => {
  for (const { language, code } of blocksOf(english)) {
    if (language === 'js') parse(`async () => {\n${code}\n}`, { ecmaVersion: 2018 })
    if (language === 'mjs') parse(code, { ecmaVersion: 2018, sourceType: 'module' })
  }
})

test('both languages have the same examples and the same table of measurements', () => {
  assert.deepEqual(blocksOf(chinese), blocksOf(english))
  const measured = (text) => text.split('\n').filter((line) => /\d failed \|/.test(line))
  assert.deepEqual(measured(chinese), measured(english))
})

test('the table of measurements is what the benchmark prints, and ours never fails', () => {
  const bench = join(root, '..', 'tests', 'bench', 'client-refresh.mjs')
  const printed = execFileSync(process.execPath, [bench], { encoding: 'utf8' }).trim()
  assert.ok(english.includes(printed), printed)
  const ours = JSON.parse(execFileSync(process.execPath, [bench, '--json'], { encoding: 'utf8' })).filter((row) => row.client === 'wxlogin')
  assert.equal(ours.length, 6)
  assert.ok(ours.every((row) => row.logins === 1 && row.failed === 0))
})

test('the table of settings: every setting, its default, in both languages', () => {
  const config = readConfig({ baseURL: 'https://shop.example', wx: {} })
  const words = { baseURL: null, appid: null, storage: null, codeOf: null, wx: null, header: null, device: null, loginData: null, texts: null, share: null, whitelist: '[]', origins: '[]', hooks: '{}' }
  const settings = Object.entries(config).flatMap(([name, value]) =>
    (['paths', 'refresh'].includes(name) ? Object.entries(value).map(([member, v]) => [`${name}.${member}`, v]) : [[name, value]]))
  for (const text of [english, chinese]) {
    const rows = text.split('\n').filter((line) => /^\| `[a-z]/i.test(line) && line.split('|').length === 5)
    for (const [name, value] of settings) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\` |`))
      assert.ok(row, `no row for ${name}`)
      const shown = name in words ? words[name] : String(value)
      if (shown !== null) assert.ok(row.includes(`| \`${shown}\` |`), row)
    }
  }
})

test('the table of codes: every code the sources make, in both languages and in the types', () => {
  const made = new Set(readdirSync(join(root, 'src')).flatMap((file) =>
    [...readFileSync(join(root, 'src', file), 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map((match) => match[1])))
  const own = [...made].filter((code) => !/^(AUTH_EXPIRED|AUTH_INVALID|USER_BLOCKED|CODE_.*|DECRYPT_.*|OK|POST|GET|HEAD|PUT|DELETE|OPTIONS|NOT_FOUND|BODY_TOO_LARGE|PHONE|ZH|EN)$/.test(code))
  const types = readFileSync(join(root, 'types', 'index.d.ts'), 'utf8').split('export type OwnCode =')[1].split('\n\n')[0]
  assert.deepEqual(own.sort(), [...types.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]).sort())
  for (const code of own) {
    for (const text of [english, chinese]) assert.ok(text.includes(`| \`${code}\` |`), code)
  }
})
