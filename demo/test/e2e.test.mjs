// SPDX-License-Identifier: MIT
/*
 * e2e.test.mjs: scenarios.mjs in jsdom and in Chromium, then the demo page
 * (panel.mjs, access.mjs, show.mjs) in Chromium; against one demo/run, started and stopped here.
 *
 * Pictures go to demo/run.d/screenshots.
 */
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startSystem } from './support/system.mjs'
import { openJsdom } from './support/jsdom-driver.mjs'
import { executable, openChromium } from './support/chromium-driver.mjs'
import { SCENARIOS } from './scenarios.mjs'
import { PANEL } from './panel.mjs'
import { SHOW } from './show.mjs'
import { ACCESS } from './access.mjs'

const shots = fileURLToPath(new URL('../run.d/screenshots', import.meta.url))
// Everything that takes time comes before the first test is registered.
const system = await startSystem()
const jsdom = await openJsdom(system.url)
const chromium = existsSync(executable) ? await openChromium(system.url, shots) : null

after(async () => {
  if (chromium) await chromium.close()
  await system.stop()
})

/** Runs one in a driver; what the page complained about is a failure. */
async function run(scenario, driver) {
  const phones = await scenario({ phone: (query) => driver.phone(query), system })
  for (const phone of phones) {
    assert.deepEqual(phone.faults, [])
    await phone.close()
  }
}

for (const [name, scenario] of Object.entries(SCENARIOS)) test('jsdom: ' + name, () => run(scenario, jsdom))

if (chromium) {
  for (const [name, scenario] of Object.entries(SCENARIOS)) test('chromium: ' + name, () => run(scenario, chromium))
  for (const [name, scenario] of Object.entries({ ...PANEL, ...ACCESS, ...SHOW })) test('demo page: ' + name, () => scenario({ chromium, system }))
} else {
  test('chromium', { skip: executable + ' is not there' }, () => {})
}
