// SPDX-License-Identifier: MIT
/*
 * component-rules.test.js: what holds for all components: languages, slots,
 * classes, files.  With SDK=dist for those that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { createPhone, simulate, sdk, window, root, idOf } = require('./support/components')

test('in English where WeChat speaks English', (t) => {
  globalThis.wx = { getAppBaseInfo: () => ({ language: 'en' }) }
  t.after(() => delete globalThis.wx)
  const { textsFor } = require(join(root, 'components', 'texts'))
  const english = textsFor()
  assert.equal(english.save, 'Save')
  globalThis.wx = { getSystemInfoSync: () => ({ language: 'zh_TW' }) }
  assert.equal(textsFor().save, '保存')
  assert.deepEqual(Object.keys(textsFor()), Object.keys(english))
  assert.ok(Object.values(english).every((text) => !/[\u4e00-\u9fff]/.test(text)))
})

test('slots and classes: the label, one\'s own picture, one\'s own button', (t) => {
  createPhone()
  const host = simulate.load({
    usingComponents: { 'user-container': idOf('user-container'), 'phone-container': idOf('phone-container') },
    template: '<user-container custom-avatar avatar-class="mine"><view slot="avatar" class="face">脸</view>好了</user-container><phone-container button-class="big">绑定</phone-container>'
  })
  const comp = simulate.render(host)
  comp.attach(window.document.body)
  t.after(() => comp.detach())
  const text = comp.dom.textContent
  assert.ok(text.includes('脸') && text.includes('好了') && text.includes('绑定') && !text.includes('选择头像'), text)
  assert.ok(comp.dom.querySelector('[class~="mine"]'), comp.dom.outerHTML)
  assert.ok(comp.dom.querySelector('[class~="big"]'))
})

test('without setDefaultClient: BAD_CONFIG, not silence', () => {
  const { execFileSync } = require('node:child_process')
  const code = `const sdk = require(${JSON.stringify(join(root, 'components', 'sdk.js'))}); try { sdk.getDefaultClient() } catch (error) { process.stdout.write(error.code + ' ' + error.field) }`
  assert.equal(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }), 'BAD_CONFIG client')
})

test('WeChat\'s own compiler takes every template', { skip: process.platform !== 'linux' || process.arch !== 'x64' }, () => {
  createPhone()
  for (const name of ['user-container', 'phone-container', 'auth-flow', 'auth-popup', 'auth-page', 'session-list']) {
    const comp = simulate.render(idOf(name, 'official'))
    comp.attach(window.document.body)
    comp.detach()
    assert.match(comp.dom.outerHTML, /^<main/)
  }
})

test('every component has its four files', () => {
  const folders = readdirSync(join(root, 'components'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(folders.sort(), ['auth-flow', 'auth-page', 'auth-popup', 'phone-container', 'session-list', 'user-container'])
  for (const folder of folders) {
    for (const ending of ['js', 'json', 'wxml', 'wxss']) assert.ok(existsSync(join(root, 'components', folder, 'index.' + ending)))
  }
})
