// SPDX-License-Identifier: MIT
/*
 * chromium-driver.mjs: pages in Debian's Chromium (or the browser that CHROMIUM
 * names).  A new profile each time; whatever wants to leave 127.0.0.1 is a
 * fault.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import puppeteer from 'puppeteer-core'
import { find, until } from './in-page.mjs'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none']
/** How long to wait for what does not come. */
const PATIENCE = 20000

export const executable = process.env.CHROMIUM || '/usr/bin/chromium'

class ChromiumPhone {
  /** @param {any} frame of phone.html @param {any} page it is on @param {Error[]} faults @param {string} shots */
  constructor(frame, page, faults, shots) {
    Object.assign(this, { frame, page, faults, shots })
  }

  evaluate(fn, ...args) {
    return this.frame.evaluate(fn, ...args)
  }

  /** Resolves to a handle of what `fn` gives in the page as soon as that is something. */
  until(fn, ...args) {
    return this.frame.evaluateHandle(until, String(fn), args, PATIENCE)
  }

  sees(text) {
    return this.until(find, text)
  }

  async tap(text) {
    await this.press(await this.sees(text))
  }

  async tapAt(selector) {
    await this.press(await this.until((s) => document.querySelector(s), selector))
  }

  async press(handle) {
    // A page behind another one gets no frames, and no clicks.
    await this.page.bringToFront()
    await handle.asElement().click()
  }

  async type(name, text) {
    await this.focus(name)
    await this.page.keyboard.type(text)
    await this.frame.evaluate(() => document.activeElement.blur())
  }

  async focus(name) {
    await (await this.until((n) => document.querySelector(`input[name="${n}"]`), name)).asElement().click()
  }

  /** @param {string} name */
  async shot(name) {
    await this.page.screenshot({ path: path.join(this.shots, name + '.png') })
  }

  /** The mini program is closed and started again. */
  async restart() {
    await this.page.reload()
    this.frame = this.page.mainFrame()
  }

  async close() {
    await this.page.close()
  }
}

/** @param {string} url @param {string} shots folder for pictures */
export async function openChromium(url, shots) {
  await mkdir(shots, { recursive: true })
  const profile = await mkdtemp(path.join(tmpdir(), 'wxlogin-chromium-'))
  const browser = await puppeteer.launch({ executablePath: executable, headless: true, userDataDir: profile, args: FLAGS })

  /** A page that reports what goes wrong on it. */
  async function newPage(width, height, scale = 2) {
    const page = await browser.newPage()
    const faults = []
    page.on('pageerror', (error) => faults.push(error))
    page.on('console', (message) => {
      // A refused request is what these tests are about.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(new Error(message.text()))
    })
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (protocol !== 'data:' && hostname !== '127.0.0.1') faults.push(new Error('leaves the machine: ' + request.url()))
    })
    await page.setViewport({ width, height, deviceScaleFactor: scale })
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }])
    return { page, faults }
  }

  return {
    newPage,

    async phone(query) {
      const { page, faults } = await newPage(375, 720)
      await page.goto(`${url}/phone.html?${new URLSearchParams(query)}`)
      return new ChromiumPhone(page.mainFrame(), page, faults, shots)
    },

    /** The demo page, with its first phone. */
    async demo(query, width, height, scale) {
      const { page, faults } = await newPage(width, height, scale)
      await page.goto(`${url}/?${new URLSearchParams(query)}`)
      await page.evaluate(() => window.demo.started)
      const phoneAt = (n) => new ChromiumPhone(page.frames().filter((frame) => /phone\.html/.test(frame.url()))[n], page, faults, shots)
      return { page, faults, phoneAt, shots }
    },

    async close() {
      await browser.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}
