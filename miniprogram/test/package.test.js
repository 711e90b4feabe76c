// SPDX-License-Identifier: MIT
/*
 * package.test.js: what is published, and what it may not contain.
 * `npm test` builds it before.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, readdirSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { execFileSync } = require('node:child_process')
const vm = require('node:vm')
const { parse } = require('acorn')

const root = join(__dirname, '..')
const dist = join(root, 'miniprogram_dist')
const read = (...path) => readFileSync(join(root, ...path), 'utf8')
const manifest = JSON.parse(read('package.json'))

const COMPONENTS = ['auth-flow', 'auth-page', 'auth-popup', 'phone-container', 'user-container']
const COMPONENT_FILES = [
  ...COMPONENTS.flatMap((name) => ['js', 'json', 'wxml', 'wxss'].map((ending) => `${name}/index.${ending}`)), 'open-data.js', 'sdk.js', 'texts.js'
].map((file) => 'miniprogram_dist/components/' + file).sort()

test('the published files are these and no others', () => {
  const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  assert.deepEqual(pack.files.map((file) => file.path).sort(), [
    'LICENSE', 'README.md', 'README.zh-CN.md', ...COMPONENT_FILES, 'miniprogram_dist/index.js', 'package.json', 'types/index.d.ts'])
})

test('main, miniprogram and types point at what is there; nothing is needed at run time', () => {
  for (const field of ['main', 'miniprogram', 'types']) statSync(join(root, manifest[field]))
  assert.equal(manifest.miniprogram, 'miniprogram_dist')
  assert.equal(manifest.dependencies, undefined)
})

test('the script is less than 24 kB, the components as much again', () => {
  const script = statSync(join(dist, 'index.js')).size
  assert.ok(script < 24000, `${script} bytes`)
  const components = COMPONENT_FILES.reduce((sum, file) => sum + statSync(join(root, file)).size, 0)
  assert.ok(components < 40000, `${components} bytes`)
})

test('the components are copies, but for where the package is', () => {
  for (const file of COMPONENT_FILES) {
    const source = read(file.replace('miniprogram_dist/', '')).replace("require('../src/index')", "require('../index')")
    assert.equal(read(file), source, file)
  }
})

test('the script is ES2017 without Promise.prototype.finally, without eval', () => {
  const code = read('miniprogram_dist', 'index.js')
  parse(code, { ecmaVersion: 2017, sourceType: 'script' })
  assert.doesNotMatch(code, /\bfinally\b/)
  assert.doesNotMatch(code, /\beval\b|new Function/)
  assert.doesNotMatch(code, /\b(window|document|globalThis|process|Buffer|fetch|XMLHttpRequest)\b/)
})

test('the sources are ES2017 too, and require nothing but each other', () => {
  for (const file of readdirSync(join(root, 'src'))) {
    const code = read('src', file)
    parse(code, { ecmaVersion: 2017, sourceType: 'script' })
    assert.doesNotMatch(code, /\.finally\b/)
    assert.ok([...code.matchAll(/= require\('([^']*)'\)/g)].every(([, name]) => name.startsWith('./')), file)
    assert.ok(code.split('\n').length <= 400, file)
    assert.match(code, new RegExp(`^// SPDX-License-Identifier: MIT\n/\\*\n \\* ${file}: `), 'begins with its specification')
  }
})

test('the components are ES2017, and require nothing but each other and the package', () => {
  for (const file of COMPONENT_FILES.filter((name) => name.endsWith('.js'))) {
    const code = read(file)
    parse(code, { ecmaVersion: 2017, sourceType: 'script' })
    assert.doesNotMatch(code, /\.finally\b|\bgetApp\b|\b(window|document|globalThis)\b/)
    assert.ok([...code.matchAll(/require\('([^']*)'\)/g)].every(([, name]) => name.startsWith('.')), file)
    assert.ok(code.split('\n').length <= 200, file)
    assert.match(code, /^\/\/ SPDX-License-Identifier: MIT\n\/\*/, 'begins with its specification')
  }
})

test('the example: what the build copies is what is published; its sources are ES2017 for the tools', () => {
  const copy = 'example/miniprogram_npm/wxlogin-miniprogram/'
  for (const file of ['miniprogram_dist/index.js', ...COMPONENT_FILES]) assert.equal(read(copy + file.replace('miniprogram_dist/', '')), read(file))
  const app = JSON.parse(read('example/app.json'))
  for (const page of app.pages) {
    const code = read('example', page + '.js')
    parse(code, { ecmaVersion: 2018, sourceType: 'script' })
    for (const to of Object.values(JSON.parse(read('example', page + '.json')).usingComponents)) statSync(join(root, 'example/miniprogram_npm', to + '.wxml'))
    statSync(join(root, 'example', page + '.wxml'))
  }
  for (const { pagePath } of app.tabBar.list) assert.ok(app.pages.includes(pagePath))
})

test('require in a bare engine, without wx, timers or console, does not throw', () => {
  const module = { exports: {} }
  vm.runInNewContext(`(function (module, exports) {${read('miniprogram_dist', 'index.js')}\n})`)(module, module.exports)
  assert.equal(typeof module.exports.createClient, 'function')
  assert.throws(() => module.exports.createClient({ baseURL: 'https://a.example' }), { code: 'BAD_CONFIG', field: 'wx' })
})

test('the build gives the same bytes again', () => {
  const before = read('miniprogram_dist', 'index.js')
  assert.equal(execFileSync(process.execPath, [join(root, 'build.mjs'), '--print'], { cwd: root, encoding: 'utf8' }), before)
})

test('development dependencies are exact, the lock file has no addresses', () => {
  for (const version of Object.values(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/)
  const lock = read('package-lock.json')
  assert.doesNotMatch(lock, /"resolved"/)
  const packages = JSON.parse(lock).packages
  for (const [name, version] of Object.entries(manifest.devDependencies)) {
    assert.equal(packages['node_modules/' + name].version, version)
  }
})
