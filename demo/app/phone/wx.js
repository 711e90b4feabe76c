// SPDX-License-Identifier: MIT
/*
 * wx.js: the platform's object, as far as the SDK and the example use it.
 *
 * Every asynchronous API takes success, fail and complete, or returns a
 * promise when none of them is given.  What is not here is missing, as an API
 * of a newer base library would be.
 */
import { createNetwork } from './network.js'
import { textsOf } from './texts.js'
import { ask } from './stand-in.js'

const CALLBACKS = ['success', 'fail', 'complete']

/**
 * @param {string} name
 * @param {(options: Record<string, unknown>) => unknown} work
 */
function api(name, work) {
  return (options = {}) => {
    const run = (async () => work(options))().then(
      (result) => Object.assign({ errMsg: name + ':ok' }, result),
      (error) => Promise.reject({ errMsg: `${name}:fail ${error.message}` }))
    if (!CALLBACKS.some((callback) => options[callback])) return run
    const tell = (callback, value) => options[callback] && options[callback](value)
    run.then((result) => (tell('success', result), tell('complete', result)), (failure) => (tell('fail', failure), tell('complete', failure)))
    return undefined
  }
}

/** wx.login and wx.checkSession: WeChat's client knows which key is good. @param {import('../types').World} world */
export function createAccount(world) {
  let key = ''
  const online = () => {
    if (world.switches.offline) throw new Error('net::ERR_INTERNET_DISCONNECTED')
  }
  const currentKey = async () => (await ask('user', { user: world.user })).sessionKey

  return {
    login: api('login', async () => {
      const end = world.begin({ name: 'login' })
      try {
        online()
        const { code } = await ask('login', { user: world.user })
        key = await currentKey()
        end({ ok: true, code })
        return { code }
      } catch (error) {
        end({ ok: false, words: error.message })
        throw error
      }
    }),

    checkSession: api('checkSession', async () => {
      const end = world.begin({ name: 'checkSession' })
      const fresh = !world.switches.offline && key !== '' && (await currentKey()) === key
      end({ ok: fresh })
      if (!fresh) throw new Error('session is invalid')
    })
  }
}

/** Kept per device, for as long as the browser's tab is open: each phone is its own. */
function createStorage(world) {
  const prefix = `wx:${world.user}:${world.device}:`
  return {
    getStorageSync(key) {
      const text = sessionStorage.getItem(prefix + key)
      return text === null ? '' : JSON.parse(text)
    },
    setStorageSync: (key, value) => sessionStorage.setItem(prefix + key, JSON.stringify(value)),
    removeStorageSync: (key) => sessionStorage.removeItem(prefix + key)
  }
}

function createNavigation(stack, chrome) {
  const go = (name) => api(name, ({ url }) => stack[name](url))
  chrome.handlers.back = () => stack.navigateBack()
  chrome.handlers.tab = (url) => stack.switchTab(url)
  chrome.handlers.pull = () => stack.pull()
  return {
    navigateTo: go('navigateTo'),
    redirectTo: go('redirectTo'),
    reLaunch: go('reLaunch'),
    switchTab: go('switchTab'),
    navigateBack: api('navigateBack', ({ delta }) => stack.navigateBack(delta)),
    setNavigationBarTitle: api('setNavigationBarTitle', ({ title }) => stack.setTitle(title)),
    setTabBarItem: api('setTabBarItem', ({ index, text }) => chrome.setTab(index, text)),
    stopPullDownRefresh: api('stopPullDownRefresh', () => {})
  }
}

function createUi(native) {
  return {
    showToast: api('showToast', (options) => native.toast(options)),
    hideToast: api('hideToast', () => {}),
    showLoading: api('showLoading', (options) => native.loading(options)),
    hideLoading: api('hideLoading', () => native.hideLoading()),
    showModal: api('showModal', (options) => native.modal(options)),
    openPrivacyContract: api('openPrivacyContract', () => native.contract())
  }
}

/** @param {{world: import('../types').World, native: import('../types').Native, stack: ReturnType<import('./stack').createStack>, chrome: import('../types').Chrome}} phone */
export function createWx({ world, native, stack, chrome }) {
  const { switches } = world
  const info = () => ({ language: world.lang === 'en' ? 'en' : 'zh_CN', SDKVersion: switches.old ? '2.20.0' : '3.8.0' })
  return {
    ...createAccount(world),
    ...createNetwork(world, { fileAt: native.fileAt }),
    ...createStorage(world),
    ...createNavigation(stack, chrome),
    ...createUi(native),
    getAppBaseInfo: info,
    getSystemInfoSync: () => ({ ...info(), platform: 'android' }),
    getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    getExtConfigSync: () => ({ baseURL: location.origin }),
    canIUse: (what) => !(switches.old && what === 'button.open-type.chooseAvatar'),
    getPrivacySetting: api('getPrivacySetting', () => (
      { needAuthorization: switches.consent, privacyContractName: `《${textsOf(world.lang).contract}》` })),
    onAppShow: (listener) => world.onShown(listener)
  }
}
