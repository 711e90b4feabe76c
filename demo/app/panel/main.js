// SPDX-License-Identifier: MIT
/*
 * main.js: the demo page: one or two phones of one user, other clients under
 * the same load, and what one can do to them, and what they do.
 *
 * Each visit is a new user.  `window.demo` is there for tests.
 *
 *   ?lang=zh|en   default: the browser's language
 *   ?on=NAMES     switches of the phone that are on from the start
 */
import { TEXTS, fill } from './texts.js'
import { createDiagram } from './diagram.js'
import { createGauges } from './gauges.js'
import { createLanes } from './lanes.js'
import { createPhones } from './phones.js'
import { createShow } from './show.js'
import { breakWeChat, calls, isLive, loginElsewhere, revoke, rotateKey } from './servers.js'
import { createRival } from '../rivals/rival.js'
import { createFlyio } from '../rivals/flyio.js'
import { createPlain } from '../rivals/plain.js'

/** @typedef {import('../types').Lang} Lang */

const query = new URLSearchParams(location.search)
const user = query.get('user') || 'visitor-' + Math.random().toString(36).slice(2, 10)

/** @returns {Lang} */
function firstLanguage() {
  const asked = query.get('lang')
  if (asked === 'zh' || asked === 'en') return asked
  return /^zh/i.test(navigator.language) ? 'zh' : 'en'
}

let lang = firstLanguage()
let t = TEXTS[lang]
let selected = 0
/** What the drawn phones are doing that a restart would cut off. */
let busy = Promise.resolve()
/** All requests of all clients so far. @type {Promise<unknown>} */
let loads = Promise.resolve()

/** Switches that are faults, and strike all clients. @type {import('../types').SwitchName[]} */
const FAULTS = ['offline', 'useless']

const byId = (id) => document.getElementById(id)
const every = (selector) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)])

// ---- what is said, in either language

/** A line that is said again when the language changes. @param {HTMLElement} node */
function createLine(node) {
  let key = ''
  /** @type {Record<string, string | number>} */
  let values = {}
  return {
    /** @param {string} what @param {Record<string, string | number>} [numbers] */
    say(what, numbers = {}) {
      key = what
      values = numbers
      // A text that has no name is said as it is.
      node.textContent = key in t ? fill(t[key], values) : key
    },
    translate() {
      this.say(key, values)
    }
  }
}

const said = createLine(byId('said'))
const told = createLine(byId('told'))

// ---- parts

const diagram = createDiagram(byId('rows'), { texts: t, calls, pick: (id) => said.say('X-Request-Id: ' + id) })
const gauges = createGauges(byId('gauges'), t)
const lanes = createLanes(byId('lanes'), t)
const phones = createPhones(byId('phones'), {
  user,
  lang,
  wire(index, event) {
    diagram.wire(index + 1, event)
    gauges.wire(phones.all[index], event)
    if (index === selected && event.name === 'login' && !event.end) lanes.login('wxlogin')
    if (event.end && event.path === '/wx/logout' && event.status === 200) phones.probe()
  },
  enlarge
})

/** @type {import('../rivals/rival').Rival[]} */
let rivals = []
let generation = 0

/** Clients nobody has seen, each logged in. */
async function startRivals() {
  generation++
  const { switches } = phones.all[selected]
  rivals = Object.entries({ flyio: createFlyio, plain: createPlain }).map(([name, create]) => {
    const rival = createRival(name, `${user}-${name}-${generation}`, create)
    for (const fault of FAULTS) rival.world.switches[fault] = switches[fault]
    rival.world.onWire((event) => event.name === 'login' && !event.end && rivals.includes(rival) && lanes.login(name))
    return rival
  })
  await Promise.all(rivals.map((rival) => rival.fire(1, () => {})))
}

/** The same requests of all clients at once; resolves to the outcomes of the phone's. @param {number} n */
function load(n) {
  const phone = phones.all[selected]
  const theirs = rivals.map((rival) => rival.fire(n, lanes.load(rival.name, n)))
  const outcomes = phone.fire(n, lanes.load('wxlogin', n))
  busy = Promise.all([busy, outcomes.then((all) => all.includes('FUSE_OPEN') && phones.pulses[selected].refused())]).then(() => {})
  loads = Promise.all([loads, outcomes, ...theirs]).then(() => {})
  return outcomes
}

/** Ends the session of all clients behind their backs. */
async function endSessions() {
  const tokens = [phones.all[selected].client().session.getToken(), ...rivals.map((rival) => rival.token())].filter(Boolean)
  await Promise.all(tokens.map(revoke))
  phones.pulses[selected].ended()
}

/** @param {import('../types').SwitchName} name @param {boolean} on */
function turn(name, on) {
  phones.all[selected].switches[name] = on
  if (FAULTS.includes(name)) for (const rival of rivals) rival.world.switches[name] = on
  showSwitches()
}

/** Does WeChat answer? @param {boolean} up */
async function turnWeChat(up) {
  /** @type {HTMLInputElement} */ (byId('wechat-down')).checked = !up
  await breakWeChat(!up)
}

// ---- phones

function showSwitches() {
  const { switches } = phones.all[selected]
  for (const box of every('[data-switch]')) /** @type {HTMLInputElement} */ (box).checked = switches[box.dataset.switch]
}

/** @param {number} index */
function select(index) {
  selected = index
  for (const tab of every('[data-phone]')) tab.setAttribute('aria-pressed', String(Number(tab.dataset.phone) === index))
  for (const shell of every('.shell')) shell.classList.toggle('on', Number(shell.dataset.shell) === index)
  showSwitches()
  gauges.select(phones.all[index])
}

/** On a small screen: the phone alone, as large as it goes. @param {number} index */
function enlarge(index) {
  select(index)
  document.body.classList.add('large')
  byId('shrink').focus()
}

/** @param {string} on */
async function addPhone(on) {
  const phone = await phones.add(on)
  select(phones.all.length - 1)
  return phone
}

// ---- the show

/** Tokens of the users' other phones, by lane. @type {Record<string, string>} */
let others = {}

const show = createShow({
  say: (key, values) => told.say('show_' + key, values),

  async prepare() {
    for (const name of FAULTS) turn(name, false)
    await turnWeChat(true)
    await startRivals()
    lanes.reset()
    diagram.clear()
    const users = { wxlogin: user, ...Object.fromEntries(rivals.map((rival) => [rival.name, rival.user])) }
    others = Object.fromEntries(await Promise.all(Object.entries(users).map(async ([name, who]) => [name, await loginElsewhere(who)])))
    for (const name of Object.keys(others)) lanes.other(name, true)
  },

  endSessions,
  fire: load,
  settled: () => loads,
  spoil: (on) => turn('useless', on),

  async askOthers() {
    const live = {}
    for (const [name, token] of Object.entries(others)) {
      live[name] = await isLive(token)
      lanes.other(name, live[name])
    }
    return live.wxlogin && !live.flyio && !live.plain
  },

  logins: () => ({ a: lanes.counts('wxlogin').logins, b: lanes.counts('flyio').logins, c: lanes.counts('plain').logins }),
  fuse: () => phones.all[selected].client().session.guards().retryAfter,

  look() {
    phones.all[selected].background()
    phones.all[selected].foreground()
  },

  progress(scene, of) {
    byId('show').style.setProperty('--done', String(scene / of))
    byId('show').classList.toggle('running', scene > 0)
  }
})

async function runShow() {
  byId('run').dataset.text = 'stop'
  byId('run').textContent = t.stop
  const run = show.run()
  busy = Promise.all([busy, run]).then(() => {}, () => {})
  try {
    await run
  } finally {
    byId('run').dataset.text = 'run'
    byId('run').textContent = t.run
  }
}

// ---- controls

/** Each resolves to what to say: a text and its numbers. @type {Record<string, () => unknown>} */
const ACTIONS = {
  run() {
    if (show.isRunning()) show.stop()
    else return runShow()
  },

  async revoke() {
    if (!phones.all[selected].client().session.getToken()) return ['noSession']
    await endSessions()
    return ['revoked']
  },

  async rotate() {
    await rotateKey(user)
    return ['rotated']
  },

  async fire() {
    const n = Number(/** @type {HTMLSelectElement} */ (byId('count')).value)
    const phone = phones.all[selected]
    const logins = () => phone.past().filter(({ end, path }) => end && path === '/wx/onlogin').length
    const before = logins()
    const outcomes = await load(n)
    return ['fired', { n, m: outcomes.filter((outcome) => outcome === 200).length, k: logins() - before }]
  },

  background() {
    phones.all[selected].background()
    phones.all[selected].foreground()
    return ['cameBack']
  },

  async second() {
    document.body.classList.add('two')
    byId('second').hidden = true
    await addPhone('')
    for (const tab of every('[data-phone]')) tab.hidden = false
    return ['']
  },

  restart() {
    location.href = `?lang=${lang}`
  },

  language: () => translate(lang === 'zh' ? 'en' : 'zh'),

  shrink() {
    document.body.classList.remove('large')
    every('.shell.on .enlarge')[0].focus()
  },

  clear() {
    diagram.clear()
    lanes.reset()
    return ['']
  }
}

/** @param {Event} event */
async function onClick({ target }) {
  const button = /** @type {HTMLElement} */ (target).closest('[data-action],[data-phone],[data-help]')
  if (!button) return
  const { action, phone, help } = /** @type {HTMLElement} */ (button).dataset
  if (phone !== undefined) return select(Number(phone))
  if (help !== undefined) return toggleHelp(/** @type {HTMLElement} */ (button))
  try {
    const what = await ACTIONS[action]()
    if (Array.isArray(what)) said.say(what[0], what[1])
  } catch (error) {
    said.say('✗ ' + error.message)
  }
}

/** @param {Event} event */
async function onChange({ target }) {
  const box = /** @type {HTMLInputElement} */ (target)
  if (box.id === 'count') showCount()
  if (box.dataset.switch) turn(/** @type {import('../types').SwitchName} */ (box.dataset.switch), box.checked)
  if (box.id === 'wechat-down') {
    await turnWeChat(!box.checked)
    said.say(box.checked ? 'down' : 'up')
  }
}

// ---- texts

/** What the controls of a group do, below them. @param {HTMLElement} button */
function toggleHelp(button) {
  const list = byId(button.getAttribute('aria-controls'))
  list.hidden = !list.hidden
  button.setAttribute('aria-expanded', String(!list.hidden))
}

function showCount() {
  byId('fire').textContent = fill(t.fire, { n: /** @type {HTMLSelectElement} */ (byId('count')).value })
}

/** Every text of the page in the language there is now. */
function showTexts() {
  document.documentElement.lang = lang
  document.title = 'wxlogin: ' + t.title
  for (const node of every('[data-text]')) node.textContent = t[node.dataset.text]
  for (const node of every('[data-label]')) node.setAttribute('aria-label', t[node.dataset.label])
  showCount()
  said.translate()
  told.translate()
}

/** Everything stays as it is; the mini programs restart where they were, as they do when WeChat's language changes. @param {Lang} other */
async function translate(other) {
  lang = other
  t = TEXTS[lang]
  showTexts()
  for (const part of [diagram, gauges, lanes]) part.translate(t)
  phones.label(lang)
  const address = new URLSearchParams({ ...Object.fromEntries(query), lang })
  history.replaceState(null, '', '?' + address)
  await busy
  // It may have been switched back meanwhile.
  if (lang === other) await phones.restart()
  gauges.select(phones.all[selected])
}

// ---- start

told.say('show_idle')
showTexts()
document.addEventListener('click', onClick)
document.addEventListener('change', onChange)
document.addEventListener('keydown', ({ key }) => key === 'Escape' && document.body.classList.contains('large') && ACTIONS.shrink())

/** @type {Promise<void>} the phone is there, and so are the others */
const started = diagram.ready.then(() => addPhone(query.get('on') || '')).then(startRivals).then(() => lanes.reset())
Object.assign(window, { demo: {
  user,
  started,
  phones: phones.all,
  counts: lanes.counts,
  settled: () => Promise.all([busy, diagram.settled()])
} })
