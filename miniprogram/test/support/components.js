// SPDX-License-Identifier: MIT
/*
 * components.js: the components on miniprogram-simulate, in jsdom, with the
 * fake platform and backend.
 *
 *   show(t, name, properties)   a component on the page, in a world of its own:
 *                               {comp, phone, backend, client, ...}
 *   part(comp, name)            the innermost part with class `name`, or undefined
 *   fire(part, type, detail)    an event of a built-in component
 *   heard(comp, type)           promise of the next event's detail
 *   held(phone, path)           promise of the next request to path, which stays unanswered
 *   called(phone, name)         promise of the next call of an API, which goes on
 *   submit(comp, nickname)       types it and taps the form's button
 *   until(read)                 resolves when read() gives something, after each change of the page
 *
 * The built-in button, form and input are registered again with the properties
 * that count: the simulator's own do not keep them.
 */
'use strict'

const path = require('node:path')
const { JSDOM } = require('jsdom')
const { Backend } = require('./backend')
const { FakeWx } = require('./fake-wx')

const GLOBALS = ['document', 'Node', 'Event', 'CustomEvent', 'HTMLElement', 'Element', 'DocumentFragment', 'MutationObserver']
const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/', pretendToBeVisual: true })
globalThis.window = window
for (const name of GLOBALS) globalThis[name] = window[name]

// They look for the window when they are read.
const simulate = require('miniprogram-simulate')
const root = path.join(__dirname, '..', '..', process.env.SDK === 'dist' ? 'miniprogram_dist' : '.')
const sdk = require(path.join(root, 'components', 'sdk.js'))

for (const [id, properties] of Object.entries({
  button: { openType: String, formType: String, disabled: Boolean, loading: Boolean },
  form: {},
  input: { value: String, type: String, disabled: Boolean, focus: Boolean }
})) simulate.load({ id, tagName: 'wx-' + id, template: '<slot/>', properties })

const ids = new Map()

/** Definitions are read once. */
function idOf(name, compiler = 'simulate') {
  const key = name + compiler
  if (!ids.has(key)) {
    const rootPath = path.join(root, 'components')
    ids.set(key, simulate.load(path.join(rootPath, name, 'index'), { compiler, rootPath }))
  }
  return ids.get(key)
}

/** A phone, and the globals a component finds on it. */
function createPhone(api, config) {
  const backend = new Backend()
  const phone = new FakeWx(backend)
  phone.latency = 0
  globalThis.wx = Object.assign(phone.wx, { canIUse: () => true }, api)
  const client = sdk.createClient(Object.assign({ baseURL: 'https://shop.example', wx: globalThis.wx, ui: 'silent' }, config))
  sdk.setDefaultClient(client)
  return { backend, phone, client }
}

/**
 * @param {any} t of the test
 * @param {string} name of the component
 * @param {{properties?: object, api?: object, user?: object, config?: object}} [options] user: what the server knows already
 */
function show(t, name, { properties = {}, api = {}, user = {}, config = {} } = {}) {
  const world = createPhone(api, config)
  Object.assign(world.backend.user, user)
  const comp = simulate.render(idOf(name), properties)
  comp.attach(window.document.body)
  const events = []
  for (const type of ['success', 'fail', 'deny', 'step', 'open', 'close', 'back', 'cancel', 'getphonenumber', 'getrealtimephonenumber', 'agreeprivacyauthorization', 'progress', 'getuserinfo', 'chooseavatar', 'nicknamereview']) {
    comp.addEventListener(type, ({ detail }) => events.push([type, detail]))
  }
  let mounted = true
  const unmount = () => {
    if (mounted) comp.detach()
    mounted = false
  }
  t.after(unmount)
  return Object.assign(world, { comp, events, unmount })
}

/** All nodes below, in order. */
function* nodesOf(node) {
  for (const child of [...((node.shadowRoot && node.shadowRoot.childNodes) || []), ...(node.childNodes || [])]) {
    yield child
    yield* nodesOf(child)
  }
}

/** @param {any} comp @param {string} name of a class, without the component's prefix */
function part(comp, name) {
  const isIt = ({ $$ }) => $$ && $$.classList && [...$$.classList].some((one) => one.split('--').pop() === name)
  const found = [...nodesOf(comp._exparserNode)].filter(isIt).pop()
  // The simulator's handle of a node; that of the root extends it.
  const Handle = Object.getPrototypeOf(comp.constructor)
  return found && new Handle(found)
}

/** @param {any} target @param {string} type @param {any} [detail] */
const fire = (target, type, detail = {}) => target.instance.triggerEvent(type, detail, { bubbles: false })

/** @param {any} comp @param {string} type */
const heard = (comp, type) => new Promise((resolve) => comp.addEventListener(type, ({ detail }) => resolve(detail)))

/** @param {any} phone @param {string} where */
const held = (phone, where) => new Promise((resolve) => phone.once(({ path: to }) => to === where, resolve))

/** @param {any} phone @param {string} name of the API */
const called = (phone, name) => new Promise((resolve) => phone.rules.unshift((call) => {
  if (call.name === name) resolve(call)
  return false
}))

/** @param {() => any} read */
function until(read) {
  return new Promise((resolve) => {
    const look = () => {
      const value = read()
      if (!value) return
      observer.disconnect()
      resolve(value)
    }
    const observer = new window.MutationObserver(look)
    observer.observe(window.document, { subtree: true, childList: true, attributes: true, characterData: true })
    look()
  })
}

// ---- what the phone and the server say

const KNOWN = { nickname: '小明', phone: '' }
const WITH_CODE = { errMsg: 'getPhoneNumber:ok', code: 'c1', iv: 'iv', encryptedData: 'data' }
const OLD = { errMsg: 'getPhoneNumber:ok', iv: 'iv', encryptedData: 'data' }
const DENIED = { errMsg: 'getPhoneNumber:fail user deny' }
const isOld = { canIUse: () => false }

const sentTo = (backend, path) => backend.log.filter((entry) => entry.path === path).map((entry) => entry.data)
const names = (events) => events.map(([type]) => type)
const typesOf = ({ comp }) => [part(comp, 'button').data.openType, part(comp, 'button').data.loading]

/** Types the name and taps the button of the form. */
const submit = (comp, nickname) => fire(part(comp, 'form'), 'submit', { value: { nickname } })

module.exports = {
  KNOWN, WITH_CODE, OLD, DENIED, isOld, sentTo, names, typesOf, submit,
  show, part, fire, heard, held, called, until, idOf, createPhone, simulate, sdk, window, root
}
