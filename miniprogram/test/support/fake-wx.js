// SPDX-License-Identifier: MIT
/*
 * fake-wx.js: a platform in memory, driven by timers (fake or real).
 *
 * Every asynchronous call becomes an entry in `calls`.  It is answered after
 * `latency` ms unless a rule says otherwise: rules are tried first to last,
 * the first that returns true has taken the call over and answers it itself
 * by call.ok(result), call.fail(errMsg), or never.
 *
 * Counts what must not happen: `peak` of calls on the wire, of onlogins, of
 * wx.logins.  Storage is a Map.
 */
'use strict'

const WIRE = ['request', 'uploadFile', 'downloadFile']

class FakeWx {
  /** @param {import('./backend').Backend} backend */
  constructor(backend) {
    this.backend = backend
    this.calls = []
    this.rules = []
    this.storage = new Map()
    this.offline = false
    this.latency = 10
    this.open = new Set()
    this.peak = { ordinary: 0, wire: 0, onlogin: 0, login: 0 }
    this.shows = []
    this.hides = []
    this.ui = []
  }

  /** The object that goes into createClient. */
  get wx() {
    const api = (name) => (options) => this._begin(name, options || {})
    const note = (name) => (options) => void this.ui.push([name, options])
    return {
      login: api('login'), checkSession: api('checkSession'),
      request: api('request'), uploadFile: api('uploadFile'), downloadFile: api('downloadFile'),
      redirectTo: api('redirectTo'), switchTab: api('switchTab'), reLaunch: api('reLaunch'),
      onAppShow: (listener) => void this.shows.push(listener), onAppHide: (listener) => void this.hides.push(listener),
      showLoading: note('showLoading'), hideLoading: note('hideLoading'), showToast: note('showToast'),
      showNavigationBarLoading: note('showNavigationBarLoading'), hideNavigationBarLoading: note('hideNavigationBarLoading'),
      getStorageSync: (key) => (this.storage.has(key) ? this.storage.get(key) : ''),
      setStorageSync: (key, value) => void this.storage.set(key, value),
      removeStorageSync: (key) => void this.storage.delete(key)
    }
  }

  /** How often an API was called. */
  count(name) {
    return this.calls.filter((call) => call.name === name).length
  }

  /** Takes over the calls that match, for good; gives the list of those held. */
  hold(matches) {
    const held = []
    this.rules.push((call) => matches(call) && held.push(call) > 0)
    return held
  }

  /** Answers once for the next call that matches. */
  once(matches, answer) {
    const rule = (call) => {
      if (!matches(call)) return false
      this.rules = this.rules.filter((other) => other !== rule)
      answer(call)
      return true
    }
    this.rules.unshift(rule)
  }

  _begin(name, options) {
    const path = options.url && WIRE.includes(name) ? options.url.replace(/^https?:\/\/[^/]*/, '') : ''
    const call = { name, options, path, over: false, sentAt: Date.now() }
    const end = (callback, result) => {
      if (call.over) return
      call.over = true
      this.open.delete(call)
      if (callback) callback(result)
    }
    call.ok = (result) => end(options.success, Object.assign({ errMsg: name + ':ok' }, result))
    call.fail = (words) => end(options.fail, { errMsg: `${name}:fail ${words}`, errno: 600001 })
    call.abort = () => {
      call.aborted = true
      call.fail('abort')
    }
    /** What the platform and the server would say. */
    call.answer = () => this._answer(call)
    this.calls.push(call)
    this.open.add(call)
    this._measure()
    if (!this.rules.some((rule) => rule(call))) setTimeout(() => call.over || call.answer(), this.latency)
    const listen = (event) => (listener) => void (call.listeners[event] = listener)
    call.listeners = {}
    return WIRE.includes(name) ? { abort: call.abort, onProgressUpdate: listen('progress'), onHeadersReceived: listen('headers') } : undefined
  }

  _answer(call) {
    if (call.name === 'login') return call.ok({ code: this.backend.issueCode() })
    if (!WIRE.includes(call.name)) return call.ok({})
    if (this.offline) return call.fail('network error')
    const { method = 'GET', header, data } = call.options
    const { filePath, name } = call.options
    const reply = this.backend.handle(call.name === 'uploadFile'
      ? { method: 'POST', path: call.path, header, data: { filePath, name } } : { method, path: call.path, header, data })
    if (call.name === 'uploadFile') reply.data = JSON.stringify(reply.data)
    if (call.name === 'downloadFile') {
      delete reply.data
      reply.tempFilePath = 'wxfile://tmp/1'
    }
    call.ok(reply)
  }

  _measure() {
    const open = [...this.open]
    const wire = open.filter((call) => WIRE.includes(call.name))
    const now = {
      wire: wire.length,
      onlogin: wire.filter((call) => call.path === '/wx/onlogin').length,
      ordinary: wire.filter((call) => !/^\/wx\/(onlogin|logout)$/.test(call.path)).length,
      login: open.filter((call) => call.name === 'login').length
    }
    for (const key of Object.keys(now)) this.peak[key] = Math.max(this.peak[key], now[key])
  }
}

module.exports = { FakeWx }
