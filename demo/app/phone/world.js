// SPDX-License-Identifier: MIT
/*
 * world.js: whose phone this is, what the visitor has done to it, and who
 * watches its calls.
 *
 * Switches, off at first but those that the address names in `on`:
 *   offline   no network
 *   deny      whatever WeChat asks for is declined
 *   old       a base library before 2.21.2: no phone code, no chooseAvatar
 *   consent   WeChat wants the privacy notice accepted first
 *   useless   each token dies on its way from the server to the phone
 */

/** Events that are kept for who comes later. */
const HISTORY = 2000

/** @type {import('../types').SwitchName[]} */
const SWITCHES = ['offline', 'deny', 'old', 'consent', 'useless']

/** The last digits of a number of one's own: the same each time. */
function digitsOf(name) {
  let n = 7
  for (const c of name) n = (n * 31 + c.codePointAt(0)) % 100000000
  return String(n).padStart(8, '0')
}

/**
 * @param {URLSearchParams} query
 * @returns {import('../types').World}
 */
export function createWorld(query) {
  const user = query.get('user') || 'visitor'
  const on = (query.get('on') || '').split(',')
  /** @type {((event: import('../types').WireEvent) => void)[]} */
  const listeners = []
  const history = []
  /** @type {((how: import('../types').LaunchOptions) => void)[]} */
  const shows = []
  let calls = 0
  return {
    device: Number(query.get('device') || 1),
    user,
    lang: query.get('lang') === 'en' ? 'en' : 'zh',
    phoneNumber: '138' + digitsOf(user),
    weChatName: query.get('lang') === 'en' ? 'Ming' : '小明',
    switches: /** @type {import('../types').Switches} */ (Object.fromEntries(SWITCHES.map((name) => [name, on.includes(name)]))),

    /** Listeners get all there was and all there will be: {id, name, ...} at the beginning and {id, end: true, ...} at the end. @param {(event: import('../types').WireEvent) => void} listener */
    onWire(listener) {
      history.forEach(listener)
      listeners.push(listener)
    },

    /** What was, oldest first. */
    past: () => history.slice(),

    /** Tells of a call; returns how to tell of its end. @param {Omit<import('../types').WireEvent, 'id'>} event */
    begin(event) {
      const id = ++calls
      const from = performance.now()
      const tell = (what) => {
        history.push(what)
        if (history.length > HISTORY) history.shift()
        listeners.forEach((listener) => listener(what))
      }
      tell({ id, ...event })
      return (outcome) => tell({ id, end: true, ms: Math.round(performance.now() - from), ...event, ...outcome })
    },

    /** @param {(how: import('../types').LaunchOptions) => void} listener of wx.onAppShow */
    onShown(listener) {
      shows.push(listener)
    },

    shown() {
      shows.forEach((listener) => listener({ path: '', query: {}, scene: 1089 }))
    }
  }
}
