// SPDX-License-Identifier: MIT
/*
 * main.js: the demo page: one or two phones of one user, and beside them what
 * one can do to them, and what they do.
 *
 * A phone is a frame of its own (phone.html): its globals are the mini
 * program's.  Each visit is a new user.  `window.demo` is there for tests.
 *
 *   ?lang=zh|en   default: the browser's language
 */
import { TEXTS, fill } from './texts.js'
import { createDiagram } from './diagram.js'
import { createGauges } from './gauges.js'
import { breakWeChat, revoke, rotateKey } from './servers.js'

const query = new URLSearchParams(location.search)
const lang = query.get('lang') || (/^zh/i.test(navigator.language) ? 'zh' : 'en')
const t = TEXTS[lang] || TEXTS.en
const user = query.get('user') || 'visitor-' + Math.random().toString(36).slice(2, 10)

const byId = (id) => document.getElementById(id)
const diagram = createDiagram(byId('rows'), t)
const gauges = createGauges(byId('gauges'), t)
/** @type {any[]} window.phone of each frame */
const phones = []
let selected = 0

const say = (text) => {
  byId('said').textContent = text
}

function translate() {
  document.documentElement.lang = lang
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = t[/** @type {HTMLElement} */ (node).dataset.text]
  for (const node of document.querySelectorAll('[data-hint]')) /** @type {HTMLElement} */ (node).title = t[/** @type {HTMLElement} */ (node).dataset.hint]
  byId('fire').textContent = fill(t.fire, { n: byId('count').value })
}

// ---- phones

/** @param {number} index */
function select(index) {
  selected = index
  for (const tab of document.querySelectorAll('[data-phone]')) {
    const chosen = Number(/** @type {HTMLElement} */ (tab).dataset.phone) === index
    tab.classList.toggle('on', chosen)
    tab.setAttribute('aria-pressed', String(chosen))
  }
  const phone = phones[index]
  for (const box of document.querySelectorAll('[data-switch]')) /** @type {HTMLInputElement} */ (box).checked = phone.switches[/** @type {HTMLElement} */ (box).dataset.switch]
  gauges.select(phone)
}

/** Adds a phone; resolves when its mini program has started. @param {boolean} consent */
function addPhone(consent) {
  const frame = document.createElement('iframe')
  const device = phones.length + 1
  frame.title = t['phone' + device]
  frame.src = `phone.html?${new URLSearchParams({ device: String(device), user, lang, on: consent ? 'consent' : '' })}`
  const shell = document.createElement('div')
  shell.className = 'shell'
  shell.append(frame)
  byId('phones').append(shell)
  return new Promise((resolve) => {
    frame.addEventListener('load', () => {
      const { phone } = /** @type {any} */ (frame.contentWindow)
      phones.push(phone)
      select(device - 1)
      phone.onWire((event) => {
        diagram.wire(device, event)
        gauges.wire(phone, event)
      })
      resolve(phone)
    }, { once: true })
  })
}

// ---- controls

const ACTIONS = {
  async revoke() {
    const token = phones[selected].client().session.getToken()
    if (!token) return t.noSession
    await revoke(token)
    return t.revoked
  },

  async rotate() {
    await rotateKey(user)
    return t.rotated
  },

  async fire() {
    const n = Number(byId('count').value)
    const phone = phones[selected]
    const logins = () => phone.past().filter(({ end, path }) => end && path === '/wx/onlogin').length
    const before = logins()
    const outcomes = await phone.fire(n)
    return fill(t.fired, { n, m: outcomes.filter((outcome) => outcome === 200).length, k: logins() - before })
  },

  background() {
    phones[selected].background()
    phones[selected].foreground()
    return t.cameBack
  },

  async second() {
    document.body.classList.add('two')
    byId('second').hidden = true
    await addPhone(false)
    for (const tab of document.querySelectorAll('[data-phone]')) /** @type {HTMLElement} */ (tab).hidden = false
    return ''
  },

  restart() {
    location.href = `?lang=${lang}`
  },

  language() {
    location.href = `?lang=${lang === 'zh' ? 'en' : 'zh'}`
  },

  clear() {
    diagram.clear()
  }
}

/** @param {Event} event */
async function onClick({ target }) {
  const button = /** @type {HTMLElement} */ (target).closest('[data-action],[data-phone]')
  if (!button) return
  const { action, phone } = /** @type {HTMLElement} */ (button).dataset
  if (phone !== undefined) return select(Number(phone))
  try {
    say((await ACTIONS[action]()) || '')
  } catch (error) {
    say('✗ ' + error.message)
  }
}

/** @param {Event} event */
async function onChange({ target }) {
  const box = /** @type {HTMLInputElement} */ (target)
  if (box.id === 'count') translate()
  if (box.dataset.switch) phones[selected].switches[box.dataset.switch] = box.checked
  if (box.id === 'wechat-down') {
    await breakWeChat(box.checked)
    say(box.checked ? t.down : t.up)
  }
}

// ---- start

translate()
document.addEventListener('click', onClick)
document.addEventListener('change', onChange)
window.demo = { phones, user, settled: () => diagram.settled() }
window.demo.started = diagram.ready.then(() => addPhone(query.get('consent') === '1'))
