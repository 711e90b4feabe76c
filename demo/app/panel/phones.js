// SPDX-License-Identifier: MIT
/*
 * phones.js: the drawn phones: one frame each (phone.html), whose globals are
 * the mini program's, and an island that tells how its session fares.
 *
 *   createPhones(host, options)
 *     add(on)           one more; resolves to its window.phone
 *     all               window.phone of each
 *     pulses            how their sessions fare
 *     label(lang)       what stands around them in another language
 *     restart()         the mini programs too, where they were
 */
import { createPulse } from './pulse.js'
import { TEXTS } from './texts.js'

/** @typedef {import('../types').Phone} Phone */

/** @param {Phone} phone its switches that are on */
const switchesOf = ({ switches }) => Object.entries(switches).filter(([, on]) => on).map(([name]) => name).join()

/**
 * @param {HTMLElement} host
 * @param {{user: string, lang: import('../types').Lang, wire: (index: number, event: import('../types').WireEvent) => void, enlarge: (index: number) => void}} options
 */
export function createPhones(host, { user, lang: first, wire, enlarge }) {
  let lang = first
  /** @type {Phone[]} */
  const all = []
  /** @type {HTMLIFrameElement[]} */
  const frames = []
  /** @type {ReturnType<typeof createPulse>[]} */
  const pulses = []
  const texts = () => TEXTS[lang]

  function name(index) {
    const label = texts()['phone' + (index + 1)]
    frames[index].title = label
    frames[index].parentElement.querySelector('.enlarge').setAttribute('aria-label', `${texts().enlarge}: ${label}`)
  }

  /** Starts the mini program. @param {number} index @param {{on: string, at?: string[]}} how @returns {Promise<Phone>} */
  function start(index, { on, at = [] }) {
    const frame = frames[index]
    name(index)
    const query = new URLSearchParams({ device: String(index + 1), user, lang, on, at: JSON.stringify(at) })
    frame.contentWindow.location.replace(`phone.html?${query}`)
    return new Promise((resolve) => {
      const loaded = () => {
        const { phone } = /** @type {Window & {phone?: Phone}} */ (frame.contentWindow)
        // The empty page that a frame begins with.
        if (!phone) return
        frame.removeEventListener('load', loaded)
        all[index] = phone
        phone.onWire((event) => {
          pulses[index].wire(event)
          wire(index, event)
        })
        resolve(phone)
      }
      frame.addEventListener('load', loaded)
    })
  }

  function shell() {
    const index = frames.length
    const box = document.createElement('div')
    box.className = 'shell'
    box.dataset.shell = String(index)
    box.innerHTML = '<iframe></iframe><span class="island"></span><button type="button" class="enlarge"></button>'
    box.querySelector('.enlarge').addEventListener('click', () => enlarge(index))
    host.append(box)
    frames.push(box.querySelector('iframe'))
    pulses.push(createPulse(box.querySelector('.island'), texts(), () => all[index]))
    return index
  }

  return {
    all,
    pulses,

    /** @param {string} on the switches that are on */
    add: (on) => start(shell(), { on }),

    /** What stands around the mini programs. @param {import('../types').Lang} other */
    label(other) {
      lang = other
      all.forEach((_, index) => name(index))
      pulses.forEach((pulse) => pulse.translate(texts()))
    },

    /** The mini programs, in the language of the labels. */
    async restart() {
      await Promise.all(all.map((phone, index) => start(index, { on: switchesOf(phone), at: phone.where() })))
    },

    /** Asks the server about each session. */
    probe: () => Promise.all(pulses.map((pulse) => pulse.probe()))
  }
}
