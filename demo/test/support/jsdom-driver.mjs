// SPDX-License-Identifier: MIT
/*
 * jsdom-driver.mjs: a phone in jsdom: the same page and bundle as in a
 * browser, without layout, and with Node's network.
 */
import { JSDOM, VirtualConsole } from 'jsdom'
import { find, until } from './in-page.mjs'

/** How long to wait for what does not come. */
const PATIENCE = 20000

/** Two phones of one test are two windows; the storage of both is their own. */
class JsdomPhone {
  constructor(source) {
    this.source = source
    this.faults = []
    this.dom = openWindow(source, this.faults, [])
  }

  get window() {
    return this.dom.window
  }

  /** Runs a function in the page; data comes back as data of this realm. */
  async evaluate(fn, ...args) {
    const value = await this.window.eval(`(${fn})`)(...args)
    const isData = typeof value === 'object' && value !== null && !value.nodeType
    return isData ? JSON.parse(JSON.stringify(value)) : value
  }

  /** Resolves to what `fn` gives in the page as soon as that is something. */
  until(fn, ...args) {
    return this.evaluate(until, String(fn), args, PATIENCE)
  }

  /** @param {string} text */
  sees(text) {
    return this.until(find, text)
  }

  /** @param {string} text */
  async tap(text) {
    this.press(await this.sees(text))
  }

  /** @param {string} selector */
  async tapAt(selector) {
    this.press(await this.until((s) => document.querySelector(s), selector))
  }

  press(element) {
    for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click']) {
      element.dispatchEvent(new this.window.MouseEvent(type, { bubbles: true, cancelable: true, clientX: 1, clientY: 1 }))
    }
  }

  /** @param {string} name of the field @param {string} text */
  async type(name, text) {
    const field = await this.until((n) => document.querySelector(`input[name="${n}"]`), name)
    field.focus()
    field.value = text
    field.dispatchEvent(new this.window.Event('input', { bubbles: true }))
    field.blur()
  }

  /** @param {string} name */
  async focus(name) {
    (await this.until((n) => document.querySelector(`input[name="${n}"]`), name)).focus()
  }

  async shot() {}

  /** The mini program is closed and started again. */
  async restart() {
    const stored = Object.entries(this.window.sessionStorage)
    this.window.close()
    this.dom = openWindow(this.source, this.faults, stored)
  }

  async close() {
    this.window.close()
  }
}

/** A window with the phone's page in it. @param {any} page @param {Error[]} faults @param {[string, string][]} stored */
function openWindow({ url, address, html, script }, faults, stored) {
  const virtualConsole = new VirtualConsole()
  virtualConsole.on('jsdomError', (error) => faults.push(error))
  virtualConsole.on('error', (...words) => faults.push(new Error(words.join(' '))))
  const dom = new JSDOM(html, { url: address, runScripts: 'outside-only', pretendToBeVisual: true, virtualConsole })
  const { window } = dom
  for (const [key, value] of stored) window.sessionStorage.setItem(key, value)
  Object.assign(window, {
    noLayout: true,
    Headers, AbortController, FormData,
    fetch: (to, options) => fetch(new URL(to, url), options),
    matchMedia: () => ({ matches: false, addEventListener() {} })
  })
  window.eval(script)
  return dom
}

/** @param {string} url */
export async function openJsdom(url) {
  const [html, script] = await Promise.all(['/phone.html', '/phone.js'].map(async (path) => (await fetch(url + path)).text()))

  return {
    /** @param {object} query of phone.html */
    async phone(query) {
      return new JsdomPhone({ url, html, script, address: `${url}/phone.html?${new URLSearchParams(query)}` })
    },

    async close() {}
  }
}
