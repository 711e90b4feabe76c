// SPDX-License-Identifier: MIT
/*
 * component-faults.test.js: what went wrong in the field with components, one
 * claim per test.  With SDK=dist those that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { show, part, fire, heard, until, submit, names, KNOWN, WITH_CODE, isOld, sdk, root } = require('./support/components')

const titleOf = (comp) => part(comp, 'title').dom.textContent
const problemOf = (comp) => part(comp, 'problem').dom.textContent

// ---- the user's no, and the platform's

const NO = [
  { errMsg: 'getPhoneNumber:fail user deny' },
  { errMsg: 'getPhoneNumber:fail:user deny', errno: 103 },
  { errMsg: 'getPhoneNumber:fail user cancel' },
  { errMsg: 'getPhoneNumber:fail cancel' }
]
const REFUSED = [
  { errMsg: 'getPhoneNumber:fail no permission', errno: 102 },
  { errMsg: 'getPhoneNumber:fail privacy permission is not authorized', errno: 104 },
  { errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement', errno: 112 },
  { errMsg: 'getPhoneNumber:fail', errno: 1400001 },
  { errMsg: 'getPhoneNumber:fail jsapi has no permission, event=getPhoneNumber, runningState=stop, permit_deny' , errno: 102 },
  { errMsg: 'getPhoneNumber:fail system error' },
  {}
]

async function askingForPhone(t, options) {
  const world = show(t, 'auth-flow', Object.assign({ properties: { mustAuthStep: 3 }, user: KNOWN }, options))
  await until(() => part(world.comp, 'button') && part(world.comp, 'button').data.openType === 'getPhoneNumber')
  return world
}

for (const detail of NO) {
  test(`the user's no is deny, and told as his: ${JSON.stringify(detail)}`, async (t) => {
    const { comp, events } = await askingForPhone(t)
    fire(part(comp, 'button'), 'getphonenumber', detail)
    assert.deepEqual(events.slice(1), [['deny', detail]])
    assert.equal(problemOf(comp), '你拒绝了授权，可以再点一次')
  })
}

for (const detail of REFUSED) {
  test(`the platform's no is fail with errno, and told as not available: ${JSON.stringify(detail)}`, async (t) => {
    const { comp, events } = await askingForPhone(t)
    fire(part(comp, 'button'), 'getphonenumber', detail)
    const [[type, failure]] = events.slice(1)
    assert.equal(events.length, 2)
    assert.deepEqual([type, failure.code, failure.errno, failure.errMsg], ['fail', 'NOT_AVAILABLE', detail.errno, detail.errMsg])
    assert.match(problemOf(comp), /暂时无法使用/)
    const success = heard(comp, 'success')
    fire(part(comp, 'button'), 'getphonenumber', WITH_CODE)
    await success
  })
}

test('an old getUserInfo button that the platform refuses is fail, that the user refuses is deny', async (t) => {
  const { comp, events } = show(t, 'user-container', { api: isOld })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:fail auth deny' })
  fire(part(comp, 'button'), 'getuserinfo', { errMsg: 'getUserInfo:fail', errno: 112 })
  assert.deepEqual(names(events), ['getuserinfo', 'deny', 'getuserinfo', 'fail'])
})

test('a picture choice that was cancelled is nothing; one that failed is fail', async (t) => {
  const { comp, events } = show(t, 'user-container')
  fire(part(comp, 'pick'), 'chooseavatar', { errMsg: 'chooseAvatar:fail cancel' })
  assert.deepEqual(names(events), ['chooseavatar'])
  fire(part(comp, 'pick'), 'chooseavatar', { errMsg: 'chooseAvatar:fail api scope is not declared in the privacy agreement', errno: 112 })
  assert.deepEqual(names(events), ['chooseavatar', 'chooseavatar', 'fail'])
  assert.equal(events[2][1].errno, 112)
})
