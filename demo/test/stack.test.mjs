// SPDX-License-Identifier: MIT
/* stack.test.mjs: the page stack refuses what WeChat refuses, and calls the lifecycles in its order. */
import { test, beforeEach } from 'node:test'
import assert from 'node:assert/strict'
import { JSDOM } from 'jsdom'
import { createStack, parseUrl } from '../app/phone/stack.js'

const APP = {
  window: {},
  pages: ['pages/home/index', 'pages/me/index', 'pages/a/index', 'pages/b/index'],
  tabBar: { list: [{ pagePath: 'pages/home/index' }, { pagePath: 'pages/me/index' }] }
}

let log
let stack

/** A mini program whose pages only note what happens to them. */
beforeEach(async () => {
  log = []
  const { document } = new JSDOM('<div id="pages"></div>').window
  globalThis.document = document
  const space = {
    has: (route) => APP.pages.includes(route),
    configOf: () => ({}),
    create(route) {
      const name = route.split('/')[1]
      const caller = Object.fromEntries(['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'].map((hook) => [hook, (argument) => log.push([name, hook, ...(argument ? [argument] : [])])]))
      const component = { triggerPageLifetime: (what) => log.push([name, 'components ' + what]) }
      return { caller, root: { attach() {}, release: () => log.push([name, 'release']), getComponent: () => component } }
    }
  }
  stack = createStack(APP, space, { showPage() {}, setTitle() {} }, document.getElementById('pages'))
  stack.start()
  await null // onReady of the first page
  log.length = 0
})

const routes = () => stack.callers().map(({ route }) => route.split('/')[1])

test('options are raw, cut at a second "=", "undefined" without a value', () => {
  assert.deepEqual(parseUrl('/pages/a/index?x=%26a&y=3==q&z&w='), { route: 'pages/a/index', options: { x: '%26a', y: '3', z: 'undefined', w: '' } })
  assert.deepEqual(parseUrl('pages/a/index'), { route: 'pages/a/index', options: {} })
})

test('navigateTo and back: hide before load, show again', async () => {
  stack.navigateTo('/pages/a/index?id=1')
  await null
  assert.deepEqual(log, [['home', 'onHide'], ['home', 'components hide'], ['a', 'onLoad', { id: '1' }], ['a', 'onShow'], ['a', 'components show'], ['a', 'onReady']])
  log.length = 0
  stack.navigateBack()
  await null
  assert.deepEqual(log, [['a', 'onUnload'], ['a', 'release'], ['home', 'onShow'], ['home', 'components show']])
})

test('at most ten pages', () => {
  for (let n = 1; n < 10; n++) stack.navigateTo('/pages/a/index')
  assert.throws(() => stack.navigateTo('/pages/a/index'), { message: 'page limit exceeded: 10' })
  assert.equal(stack.callers().length, 10)
  stack.redirectTo('/pages/b/index')
  assert.equal(stack.callers().length, 10)
  stack.navigateBack(99)
  assert.deepEqual(routes(), ['home'])
})

test('what is refused leaves everything as it was', () => {
  stack.navigateTo('/pages/a/index')
  log.length = 0
  for (const [way, url, message] of [
    ['navigateTo', '/pages/me/index', 'can not navigateTo a tabbar page'],
    ['redirectTo', '/pages/home/index?x=1', 'can not redirectTo a tabbar page'],
    ['navigateTo', '/pages/none/index', 'page "pages/none/index" is not found'],
    ['switchTab', '/pages/b/index', 'can not switch to no-tabBar page']
  ]) assert.throws(() => stack[way](url), { message })
  assert.deepEqual(log, [])
  assert.deepEqual(routes(), ['home', 'a'])
})

test('a tab page lives on when another is shown; the others are closed', () => {
  stack.navigateTo('/pages/a/index')
  const [home] = stack.callers()
  stack.switchTab('/pages/me/index')
  assert.deepEqual(routes(), ['me'])
  assert.ok(log.some(([name, hook]) => name === 'a' && hook === 'onUnload'))
  assert.ok(!log.some(([name, hook]) => name === 'home' && hook === 'onUnload'))
  stack.switchTab('/pages/home/index')
  assert.equal(stack.callers()[0], home)
})

test('a tab page that was left by redirectTo is made anew', () => {
  const [home] = stack.callers()
  stack.redirectTo('/pages/a/index')
  assert.ok(log.some(([name, hook]) => name === 'home' && hook === 'onUnload'))
  stack.switchTab('/pages/home/index')
  assert.notEqual(stack.callers()[0], home)
})

test('reLaunch closes all, tabs too', () => {
  stack.switchTab('/pages/me/index')
  stack.reLaunch('/pages/a/index?q=1')
  assert.deepEqual(routes(), ['a'])
  assert.deepEqual(log.filter(([, hook]) => hook === 'onUnload').map(([name]) => name).sort(), ['home', 'me'])
})

test('relative addresses, nowhere to go back to, background and back', () => {
  stack.navigateTo('../b/index?x=1')
  assert.deepEqual(routes(), ['home', 'b'])
  stack.navigateBack()
  assert.throws(() => stack.navigateBack(), /first page/)
  log.length = 0
  stack.hide()
  stack.show()
  assert.deepEqual(log.map(([, hook]) => hook), ['onHide', 'components hide', 'onShow', 'components show'])
})
