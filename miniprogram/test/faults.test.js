// SPDX-License-Identifier: MIT
/*
 * faults.test.js: what went wrong in the field, one claim per test.  The
 * claims about components are in component-faults.test.js.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { scene, outcome, times, BASE } = require('./support/scene')

const Fly = require('flyio/dist/npm/wx')

// ---- flyio with handlers that are none

for (const [how, use] of [
  ['response.use(null, onerror)', (fly) => fly.interceptors.response.use(null, (error) => Promise.reject(error))],
  ['response.use(handler, null)', (fly) => fly.interceptors.response.use((reply) => reply, null)],
  ['response.use(false, 0)', (fly) => fly.interceptors.response.use(false, 0)],
  ['request.use(null)', (fly) => fly.interceptors.request.use(null)]
]) {
  test(`attachFly: with ${how} a reply is the reply and an error is an error`, scene(async ({ clock, phone, sdk, client, backend }) => {
    globalThis.wx = phone.wx
    const fly = new Fly()
    fly.config.baseURL = BASE
    sdk.attachFly(fly, client)
    use(fly)
    const reply = await clock.until(fly.get('/app/x'))
    assert.equal(reply && reply.data.code, 'OK')
    assert.equal(phone.calls.at(-1).options.header.Authorization, 'Bearer ' + client.session.getToken())
    backend.fault('/app/x', 'NOT_FOUND')
    const error = await clock.until(fly.get('/app/x').then((value) => ({ value }), (e) => e))
    delete globalThis.wx
    assert.equal(error.status, 404)
  }))
}
