// SPDX-License-Identifier: MIT
/*
 * frameworks.test.js: the package inside of uni-app and Taro: their real
 * compilers build examples/, and what comes out starts on the imitated
 * platform, logs in by itself and fetches.
 *
 * Only where the packages of an example are installed (npm ci --ignore-scripts
 * in its folder): they are some hundreds of MB.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { existsSync, lstatSync, readFileSync, rmSync, symlinkSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { spawnSync } = require('node:child_process')
const vm = require('node:vm')
const { Backend } = require('./support/backend')
const { FakeWx } = require('./support/fake-wx')

const root = join(__dirname, '..')
const NAME = 'wxlogin-miniprogram'

const EXAMPLES = [
  { folder: 'uni-app', build: ['@dcloudio/vite-plugin-uni/bin/uni.js', 'build', '-p', 'mp-weixin'], out: 'dist/build/mp-weixin' },
  { folder: 'taro', build: ['@tarojs/cli/bin/taro', 'build', '--type', 'weapp'], out: 'dist' }
]

/** This tree's package, under its name. */
function link(modules) {
  const place = join(modules, NAME)
  if (!existsSync(place) || lstatSync(place).isSymbolicLink()) rmSync(place, { force: true })
  if (!existsSync(place)) symlinkSync(root, place)
}

/** Runs app.js of a built mini program, with CommonJS as the platform has it; gives what it registered. */
function start(folder, wx) {
  const registered = { app: null, pages: [] }
  const sandbox = {
    wx, console, setTimeout, clearTimeout, setInterval, clearInterval, Promise, Symbol, WeakMap, Map, Set, Proxy, Reflect, Date, JSON, Math,
    App: (options) => (registered.app = options), Page: (options) => registered.pages.push(options),
    Component: (options) => registered.pages.push(options), Behavior: (options) => options,
    getApp: () => registered.app, getCurrentPages: () => []
  }
  sandbox.global = sandbox.globalThis = vm.createContext(sandbox)
  const modules = new Map()
  const load = (file) => {
    if (modules.has(file)) return modules.get(file).exports
    const module = { exports: {} }
    modules.set(file, module)
    const run = vm.runInContext(`(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`, sandbox, { filename: file })
    run(module, module.exports, (name) => load(join(dirname(file), name.endsWith('.js') ? name : name + '.js')))
    return module.exports
  }
  load(join(folder, 'app.js'))
  return registered
}

for (const { folder, build, out } of EXAMPLES) {
  const home = join(root, 'examples', folder)
  const modules = join(home, 'node_modules')
  const [bin, ...args] = build
  const isInstalled = existsSync(join(modules, bin))
  test(`${folder}: its own compiler builds the example, which logs in at its start`, { skip: !isInstalled && 'npm ci --ignore-scripts in examples/' + folder }, async () => {
    link(modules)
    rmSync(join(home, 'dist'), { recursive: true, force: true })
    const env = Object.assign({}, process.env, { NODE_ENV: 'production', UNI_INPUT_DIR: join(home, 'src') })
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(modules, bin), ...args], { cwd: home, env, encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
    assert.ok(existsSync(join(home, out, 'app.json')), stdout + stderr)
    const backend = new Backend()
    const phone = new FakeWx(backend)
    const loggedIn = new Promise((resolve) => phone.rules.push((call) => {
      if (call.path === '/wx/onlogin') resolve(call.options.data)
      return false
    }))
    const { app } = start(join(home, out), Object.assign(phone.wx, {
      canIUse: () => true, getSystemInfoSync: () => ({ language: 'zh_CN' }), getLaunchOptionsSync: () => ({ scene: 1001, path: '', query: {} }),
      getAppBaseInfo: () => ({ language: 'zh_CN', version: '8.0.50' }), getDeviceInfo: () => ({ model: 'test' }), getWindowInfo: () => ({}), onMemoryWarning() {}
    }))
    app.onLaunch({ path: 'pages/index/index', query: {}, scene: 1001 })
    const data = await loggedIn
    assert.match(data.code, /^code-/)
    assert.equal(data.device, 'test / WeChat 8.0.50')
  })
}
