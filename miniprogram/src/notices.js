// SPDX-License-Identifier: MIT
/*
 * notices.js: what the user sees and what the developer's hooks hear.
 *
 *   createUi(config)      refreshStart, refreshEnd, retap
 *   createHooks(config)   onLogin, onLogout, onRefresh, log
 *   ask(field, run, limit)  a function of the application that has to answer
 *
 * Notices can't break a login: what they throw, or reject with, is dropped.
 * No hook ever gets a token but onLogin, whose session it is.
 */
'use strict'

const { MpAuthError, hookFailed } = require('./errors')

const nothing = () => {}

/**
 * @param {any} callbacks
 * @param {string[]} names
 * @returns {any} the same functions, harmless
 */
function harmless(callbacks, names) {
  /** @type {{[name: string]: (...args: any[]) => void}} */
  const safe = {}
  for (const name of names) {
    safe[name] = (...args) => {
      try {
        Promise.resolve((callbacks[name] || nothing).apply(callbacks, args)).catch(nothing)
      } catch (ignored) {
        // A notice is no reason to fail.
      }
    }
  }
  return safe
}

/**
 * The loading sign is counted and hidden without touching a toast
 * (noConflict), and shown only by us: an application's own stays.
 * @param {any} wx
 */
function defaultUi(wx) {
  let shown = 0
  const toast = (/** @type {string} */ title) => wx.showToast({ title, icon: 'none' })
  return {
    refreshStart() {
      if (shown++ === 0) wx.showLoading({ title: '登录中' })
    },
    refreshEnd(/** @type {any} */ error) {
      if (--shown === 0) wx.hideLoading({ noConflict: true })
      if (error && error.code !== 'ABORTED') toast('登录失败，请稍后再试')
    },
    retap() {
      toast('登录已更新，请再点一次')
    }
  }
}

/** @param {any} config */
function createUi(config) {
  const chosen = config.ui === 'default' ? defaultUi(config.wx) : config.ui
  return harmless(chosen === 'silent' ? {} : chosen, ['refreshStart', 'refreshEnd', 'retap'])
}

/** @param {any} config */
function createHooks(config) {
  return harmless(config.hooks, ['onLogin', 'onLogout', 'onRefresh', 'log'])
}

/**
 * Its answer; TIMEOUT when there is none in time, HOOK_FAILED when it failed.
 * @param {string} field its name
 * @param {() => unknown} run
 * @param {number} limit milliseconds
 * @returns {Promise<unknown>}
 */
function ask(field, run, limit) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new MpAuthError('TIMEOUT', `${field}: no answer within ${limit} ms`, { field })), limit)
    const end = (/** @type {(outcome: unknown) => void} */ settle) => (/** @type {unknown} */ outcome) => {
      clearTimeout(timer)
      settle(outcome)
    }
    new Promise((done) => done(run())).then(end(resolve), end((cause) => reject(hookFailed(field, cause))))
  })
}

module.exports = { createUi, createHooks, ask }
