// SPDX-License-Identifier: MIT
/*
 * scene.js: one test's world: a clock, a backend, a platform, a client.
 *
 *   test('what must hold', scene(async ({ clock, backend, phone, client }) => ...))
 *
 * The world is torn down by the end of the test, and no timer may be left:
 * a left-over timer is a promise that waits for something nobody needs.
 */
'use strict'

const assert = require('node:assert/strict')
const sdk = require('./sdk')
const { Clock } = require('./clock')
const { Backend } = require('./backend')
const { FakeWx } = require('./fake-wx')

const BASE = 'https://shop.example'

function createWorld(clock) {
  const backend = new Backend()
  const phone = new FakeWx(backend)
  const makeClient = (config) => sdk.createClient(Object.assign(
    { baseURL: BASE, wx: phone.wx, whitelist: ['/public'], ui: 'silent' }, config))
  return { clock, backend, phone, makeClient, sdk, client: makeClient() }
}

/** @param {(world: any) => Promise<void>} run */
function scene(run) {
  return async () => {
    const clock = new Clock().install()
    const { getCurrentPages } = globalThis
    try {
      await run(createWorld(clock))
      await clock.tick(60000)
      assert.equal(clock.pending, 0, 'timers left behind')
    } finally {
      clock.uninstall()
      globalThis.getCurrentPages = getCurrentPages
    }
  }
}

/** What became of a promise: its value, or the code it was rejected with. */
async function outcome(promise) {
  try {
    return await promise
  } catch (error) {
    return error.code || error
  }
}

/** `n` of something. */
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i))

module.exports = { scene, createWorld, outcome, times, BASE }
