// SPDX-License-Identifier: MIT
/*
 * notices.js: what the user sees and what the developer's hooks hear.
 *
 *   createUi(config)      loginStart, loginEnd, refreshStart, refreshEnd, retap
 *   createHooks(config)   onLogin, onLogout, onRefresh, log
 *   createMask(wx)        the loading mask, counted
 *   ask(field, run, limit)  a function of the application that has to answer
 *
 * Notices can't break a login: what they throw, or reject with, is dropped.
 * No hook ever gets a token but onLogin, whose session it is.
 */
'use strict'

const { MpAuthError, hookFailed } = require('./errors')

const nothing = () => {}

/** @typedef {import('../types/parts').Wx} Wx */
/** @typedef {import('../types/parts').Settings} Settings */
/** @typedef {import('../types/parts').Failure} Failure */

/**
 * @template {string} N
 * @param {{[name: string]: unknown}} callbacks
 * @param {N[]} names
 * @returns {Record<N, (...args: unknown[]) => void>} the same functions, harmless
 */
function harmless(callbacks, names) {
  const safe = /** @type {Record<N, (...args: unknown[]) => void>} */ ({})
  for (const name of names) {
    safe[name] = (...args) => {
      try {
        Promise.resolve((/** @type {Function} */ (callbacks[name] || nothing)).apply(callbacks, args)).catch(nothing)
      } catch (ignored) {
        // A notice is no reason to fail.
      }
    }
  }
  return safe
}

/** A login that takes no longer than this shows no sign, ms. */
const SIGN_DELAY = 500

const TEXTS = {
  zh: { loading: '加载中', login: '登录中', refresh: '正在刷新登录状态', refreshed: '登录状态已刷新', failed: '登录失败，请稍后再试', retap: '登录已更新，请再点一次' },
  en: { loading: 'Loading', login: 'Logging in', refresh: 'Renewing the login', refreshed: 'Login renewed', failed: 'Login failed, please try again later', retap: 'Login renewed, please tap again' }
}

/** @param {Wx} wx @returns {string} the language of the user's WeChat, such as zh_CN or en */
function languageOf(wx) {
  try {
    return (wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()).language || 'zh'
  } catch (unknown) {
    return 'zh'
  }
}

/** @param {Wx} wx */
const textsOf = (wx) => (/^zh/i.test(languageOf(wx)) ? TEXTS.zh : TEXTS.en)

/** Nothing to see where the platform does not have it, or refuses. @param {Wx} wx @param {string} name @param {object} [options] */
function show(wx, name, options) {
  harmless(wx, [name])[name](options || {})
}

/** @param {Wx} wx @param {string} title @param {string} [icon] */
const toast = (wx, title, icon) => show(wx, 'showToast', { title, icon: icon || 'none' })

/**
 * The loading mask, of which the platform has one: counted, and hidden without
 * touching a toast (noConflict).
 * @param {Wx} wx
 * @returns {(title: string) => () => void} shows it; what it returns takes it away, once
 */
function createMask(wx) {
  let shown = 0
  return (title) => {
    if (shown++ === 0) show(wx, 'showLoading', { title, mask: true })
    return () => {
      if (--shown === 0) show(wx, 'hideLoading', { noConflict: true })
    }
  }
}

/**
 * Stays out of the application's way: the sign is the one in the title bar,
 * never the loading mask, which may be the application's; it comes when the
 * login takes a while.  Words only for what the user did.
 * @param {Wx} wx
 */
function defaultUi(wx) {
  let running = 0
  let visible = false
  /** @type {ReturnType<typeof setTimeout>} */
  let timer
  const start = () => {
    if (running++ > 0) return
    timer = setTimeout(() => {
      visible = true
      show(wx, 'showNavigationBarLoading')
    }, SIGN_DELAY)
  }
  const end = (/** @type {Failure | undefined} */ error, /** @type {{byUser: boolean}} */ { byUser }) => {
    if (--running === 0) {
      clearTimeout(timer)
      if (visible) show(wx, 'hideNavigationBarLoading')
      visible = false
    }
    if (error && byUser && error.code !== 'ABORTED') toast(wx, textsOf(wx).failed)
  }
  return { loginStart: start, loginEnd: end, refreshStart: start, refreshEnd: end, retap: () => toast(wx, textsOf(wx).retap) }
}

/**
 * What the published design shows: everything, at once, with a mask.
 * @param {Wx} wx
 */
function articleUi(wx) {
  const mask = createMask(wx)
  /** @type {Array<() => void>} */
  const hide = []
  const end = (/** @type {Failure | undefined} */ error) => {
    (hide.pop() || nothing)()
    if (error && error.code !== 'ABORTED') toast(wx, textsOf(wx).failed)
  }
  return {
    loginStart: () => void hide.push(mask(textsOf(wx).login)),
    loginEnd: end,
    refreshStart: () => void hide.push(mask(textsOf(wx).refresh)),
    refreshEnd(/** @type {Failure | undefined} */ error) {
      end(error)
      if (!error) toast(wx, textsOf(wx).refreshed, 'success')
    },
    retap: () => toast(wx, textsOf(wx).retap)
  }
}

/** @type {{[name: string]: (wx: Wx) => {[name: string]: unknown}}} */
const NAMED_UI = { default: defaultUi, article: articleUi, silent: () => ({}) }

/** @param {Settings} config @returns {import('../types/parts').Parts['ui']} */
function createUi({ ui, wx }) {
  const own = typeof ui === 'string' ? NAMED_UI[ui](wx) : /** @type {{[name: string]: unknown}} */ (ui)
  return harmless(own, ['loginStart', 'loginEnd', 'refreshStart', 'refreshEnd', 'retap'])
}

/** @param {Settings} config @returns {import('../types/parts').Parts['hooks']} */
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

module.exports = { createUi, createHooks, createMask, textsOf, ask }
