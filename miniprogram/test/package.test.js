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

const COMPONENTS = ['auth-flow', 'auth-page', 'auth-popup', 'phone-container', 'session-list', 'user-container']
const COMPONENT_FILES = [
  ...COMPONENTS.flatMap((name) => ['js', 'json', 'wxml', 'wxss'].map((ending) => `${name}/index.${ending}`)), 'open-data.js', 'sdk.js', 'texts.js'
].map((file) => 'miniprogram_dist/components/' + file).sort()

test('the published files are these and no others', () => {
  const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  assert.deepEqual(pack.files.map((file) => file.path).sort(), [
    'LICENSE', 'README.md', 'README.zh-CN.md', 'miniprogram_dist/adapters/alova.js', 'miniprogram_dist/adapters/axios.js', ...COMPONENT_FILES, 'miniprogram_dist/index.js', 'miniprogram_dist/later.js', 'package.json', 'types/adapters.d.ts', 'types/index.d.ts'])
})

test('bundlers find the package, its adapters and its components by their names', () => {
  const self = require('node:module').createRequire(join(root, 'package.json'))
  for (const [name, file] of [['', 'index.js'], ['/adapters/axios', 'adapters/axios.js'], ['/adapters/alova', 'adapters/alova.js'], ['/components/auth-popup/index.wxml', 'components/auth-popup/index.wxml']]) {
    assert.equal(self.resolve('wxlogin-miniprogram' + name), join(dist, file))
  }
})

test('main, miniprogram and types point at what is there; nothing is needed at run time', () => {
  for (const field of ['main', 'miniprogram', 'types']) statSync(join(root, manifest[field]))
  assert.equal(manifest.miniprogram, 'miniprogram_dist')
  assert.equal(manifest.dependencies, undefined)
})

/** Bytes of all files below. */
const sizeOf = (path) => (statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : statSync(path).size)

/** What others upload, of the versions that the tests use: what the platform copies of them, or their one file for it. */
const PEERS = {
  'flyio': 'flyio/dist/npm/wx.js',
  'luch-request': 'luch-request',
  'axios + axios-miniprogram-adapter': ['axios/dist/axios.min.js', 'axios-miniprogram-adapter/dist/index.js'],
  'wafer2-client-sdk': ['wafer2-client-sdk/index.js', 'wafer2-client-sdk/lib']
}

test('index.js, which runs at the start, is at most 24 kB; all that is uploaded at most 60 kB', (t) => {
  const whole = sizeOf(dist)
  t.diagnostic(`index.js ${sizeOf(join(dist, 'index.js'))}, later.js ${sizeOf(join(dist, 'later.js'))}, all with components ${whole} bytes`)
  for (const [name, files] of Object.entries(PEERS)) {
    t.diagnostic(`${name}: ${[].concat(files).reduce((sum, file) => sum + sizeOf(join(root, 'node_modules', file)), 0)} bytes`)
  }
  assert.ok(sizeOf(join(dist, 'index.js')) <= 24000, String(sizeOf(join(dist, 'index.js'))))
  assert.ok(whole <= 60000, `${whole} bytes`)
})

test('the components are those of the sources, without comments', () => {
  for (const file of COMPONENT_FILES) {
    const [source, published] = [read(file.replace('miniprogram_dist/', '')), read(file)]
    assert.ok(published.length <= source.length, file)
    assert.doesNotMatch(published, /\/\*|<!--|\/\/ /, file)
    // The same tags, attributes and texts in the same order.
    if (file.endsWith('.wxml')) assert.equal(published.replace(/\s+/g, ''), source.replace(/\s+/g, ''), file)
    if (file.endsWith('.json')) assert.deepEqual(JSON.parse(published), JSON.parse(source))
  }
})

test('the script is ES2017 without Promise.prototype.finally, without eval', () => {
  for (const file of ['index.js', 'later.js']) {
    const code = read('miniprogram_dist', file)
    parse(code, { ecmaVersion: 2017, sourceType: 'script' })
    assert.doesNotMatch(code, /\bfinally\b/)
    assert.doesNotMatch(code, /\beval\b|new Function/)
    assert.doesNotMatch(code, /\b(window|document|globalThis|process|Buffer|fetch|XMLHttpRequest)\b/)
  }
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

test('the components and adapters are ES2017, and require nothing but each other and the package', () => {
  for (const file of [...COMPONENT_FILES, 'miniprogram_dist/adapters/alova.js', 'miniprogram_dist/adapters/axios.js'].filter((name) => name.endsWith('.js'))) {
    parse(read(file), { ecmaVersion: 2017, sourceType: 'script' })
    const code = read(file.replace('miniprogram_dist/', ''))
    parse(code, { ecmaVersion: 2017, sourceType: 'script' })
    assert.doesNotMatch(code, /\.finally\b|\bgetApp\b|\b(window|document|globalThis)\b/)
    assert.ok([...code.matchAll(/require\('([^']*)'\)/g)].every(([, name]) => name.startsWith('.')), file)
    assert.ok(code.split('\n').length <= 200, file)
    assert.match(code, /^\/\/ SPDX-License-Identifier: MIT\n\/\*/, 'begins with its specification')
  }
})

test('the example: what the build copies is what is published; its sources are ES2017 for the tools', () => {
  const copy = 'example/miniprogram_npm/wxlogin-miniprogram/'
  for (const file of ['miniprogram_dist/index.js', 'miniprogram_dist/later.js', ...COMPONENT_FILES]) assert.equal(read(copy + file.replace('miniprogram_dist/', '')), read(file))
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
  const before = read('miniprogram_dist', 'index.js') + read('miniprogram_dist', 'later.js')
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
