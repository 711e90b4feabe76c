// SPDX-License-Identifier: MIT
/*
 * boot.js: a phone with one mini program on it.
 *
 * Everything the mini program finds as a global is put in place, its scripts
 * run in WeChat's order (app.js, then pages and components), App and the first
 * page start.  Beside it stands `window.phone`, for the panel and the tests:
 *
 *   device, user, lang      from this page's address
 *   client()                the mini program's own client
 *   switches                what the visitor has changed about the world
 *   onWire(listener)        every call that leaves the phone, and its end
 *   past()                  those that were
 *   fire(n, each)           n requests of the mini program at once
 *   background(), foreground()
 *   where()                 the pages that are open
 *
 * The address may say `at`, a JSON list of pages to open one after the other.
 */
import { createSpace } from './space.js'
import { addKeyboard } from './keyboard.js'
import { createStack } from './stack.js'
import { createChrome } from './chrome.js'
import { createNative } from './native.js'
import { createWorld } from './world.js'
import { textsOf } from './texts.js'
import { createWx } from './wx.js'

const OFFER = '/members/offers.json'

/**
 * @param {import('../types').Client} client
 * @param {number} n
 * @param {(outcome: import('../types').Outcome, index: number) => void} each
 */
function fire(client, n, each) {
  const one = async (index) => {
    const outcome = await client.get(OFFER).then(({ statusCode }) => statusCode, (error) => error.code)
    each(outcome, index)
    return outcome
  }
  return Promise.all(Array.from({ length: n }, (_, index) => one(index)))
}

/**
 * @param {{app: import('../types').AppJson, templates: import('../types').Templates, parts: import('../types').Part[],
 *   runApp: () => void, client: () => import('../types').Client}} program
 */
export function boot({ app, templates, parts, runApp, client }) {
  const query = new URLSearchParams(location.search)
  const world = createWorld(query)
  document.documentElement.lang = world.lang
  const native = createNative(document.getElementById('native'), world)
  const space = createSpace(parts, templates, { world, native })
  const chrome = createChrome(app, document.getElementById('phone'), textsOf(world.lang))
  const stack = createStack(app, space, chrome, document.getElementById('pages'))

  /** @type {import('../types').App} */
  let instance = {}
  Object.assign(window, {
    wx: createWx({ world, native, stack, chrome }),
    App(/** @type {import('../types').App} */ options) {
      instance = Object.assign(options, { globalData: options.globalData || {} })
    },
    getApp: () => instance,
    getCurrentPages: () => stack.callers()
  })
  const phone = Object.assign(world, {
    client,
    fire: (n, each = () => {}) => fire(client(), n, each),
    where: () => stack.where(),
    background: () => stack.hide(),
    foreground() {
      world.shown()
      stack.show()
    }
  })

  Object.assign(window, { phone })

  runApp()
  space.define()
  const how = { path: app.pages[0], query: {}, scene: 1001 }
  if (instance.onLaunch) instance.onLaunch(how)
  if (instance.onShow) instance.onShow(how)
  addKeyboard(document.getElementById('pages'), space.tap)
  stack.start(JSON.parse(query.get('at') || '[]'))
}
