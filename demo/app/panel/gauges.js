// SPDX-License-Identifier: MIT
/*
 * gauges.js: lock, queue, fuse and the requests on the wire of one phone.
 *
 * A refresh takes milliseconds; what a gauge showed last at its highest stays
 * for HOLD ms, like the peak of a sound meter.  `data-now` and `data-peak`
 * of a gauge are the numbers.
 */
import { fill } from './texts.js'

const HOLD = 1500
const LIMITS = { queue: 100, gate: 10, fuse: 3 }

/** @param {HTMLElement} host @param {import('../types').Texts} texts */
export function createGauges(host, texts) {
  let t = texts
  /** @type {Record<string, {value: number, at: number}>} */
  const peaks = {}
  /** @type {import('../types').Phone | null} */
  let phone = null
  let wire = 0
  let timer = 0

  const gauge = (name) => /** @type {HTMLElement} */ (host.querySelector(`[data-gauge="${name}"]`))

  /** The highest of the last HOLD ms. */
  function peak(name, value) {
    const held = peaks[name]
    const time = performance.now()
    if (!held || value >= held.value || time - held.at > HOLD) peaks[name] = { value, at: time }
    return peaks[name].value
  }

  /** @param {string} name @param {number} value @param {string} text @param {number} share 0..1 @param {string} [mood] */
  function show(name, value, text, share, mood = '') {
    const node = gauge(name)
    const { dataset } = node
    dataset.now = String(value)
    dataset.most = String(Math.max(Number(dataset.most || 0), value))
    dataset.mood = mood
    node.style.setProperty('--share', String(Math.min(1, share)))
    node.querySelector('.gauge-text').textContent = text
  }

  function draw() {
    if (!phone) return
    const { running, waiting, attempts, retryAfter } = phone.client().session.guards()
    const held = peak('lock', Number(running))
    show('lock', Number(running), held ? t.lockHeld : t.lockFree, held, held ? 'busy' : '')
    const queue = peak('queue', waiting)
    show('queue', waiting, fill(t.queueText, { n: queue, m: LIMITS.queue }), queue / LIMITS.queue, queue ? 'busy' : '')
    const gate = peak('gate', wire)
    show('gate', wire, fill(t.gateText, { n: gate, m: LIMITS.gate }), gate / LIMITS.gate, gate ? 'busy' : '')
    const open = retryAfter > 0
    const used = open ? LIMITS.fuse : attempts
    show('fuse', used, open ? fill(t.fuseOpen, { n: Math.ceil(retryAfter / 1000) }) : fill(t.fuseText, { n: attempts }), used / LIMITS.fuse, open ? 'open' : used ? 'busy' : '')
    // A fuse that mends, a peak that falls: only time tells.
    clearTimeout(timer)
    timer = window.setTimeout(draw, 250)
  }

  return {
    /** @param {import('../types').Phone} shown the phone whose gauges these are */
    select(shown) {
      phone = shown
      // Those that are on the wire already.
      wire = shown.past().filter(({ name }) => name === 'request').reduce((open, { end }) => open + (end ? -1 : 1), 0)
      draw()
    },

    /** @param {import('../types').Texts} other */
    translate(other) {
      t = other
      draw()
    },

    /** @param {import('../types').Phone} of @param {import('../types').WireEvent} event */
    wire(of, event) {
      if (of !== phone) return
      if (event.name === 'request') wire += event.end ? -1 : 1
      draw()
    }
  }
}
