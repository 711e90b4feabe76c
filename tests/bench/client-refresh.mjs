// SPDX-License-Identifier: MIT
/*
 * client-refresh.mjs: what an expired session costs, client by client.
 *
 * N requests at once, all with a token that has just expired.  Counted: calls
 * of wx.login, and requests that the application sees fail.  The server keeps
 * one session per user, as wafer's does: each login ends the token before.
 * "Simultaneous" replies all take as long; of ten "staggered" ones the last
 * takes ten times as long as the first, so that refusals arrive when the first
 * refresh is over.
 *
 *   wxlogin   miniprogram/src
 *   flyio     0.6.14 with the interceptors of its README: the request
 *             interceptor fetches a missing token behind lock(); the response
 *             interceptor forgets the token on a refusal and repeats once
 *   wafer2    wafer2-client-sdk 2.1.0 as published
 *
 * Time is simulated; nothing leaves the process; the table is the same on
 * every machine.
 *
 *   cd miniprogram && npm ci --ignore-scripts && node ../tests/bench/client-refresh.mjs [--json]
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const packageDir = new URL('../../miniprogram/', import.meta.url)
const require = createRequire(fileURLToPath(new URL('package.json', packageDir)))
const { Clock } = require('./test/support/clock.js')

const BASE = 'https://shop.example'
const SIZES = [5, 20, 50]
const PATTERNS = ['simultaneous', 'staggered']
const STEP = 40

/** One live token, three ways to ask for one, a platform that runs ten at once. */
class Server {
  constructor() {
    this.logins = 0
    this.live = ''
  }

  answer(options) {
    const path = options.url.slice(BASE.length)
    const header = options.header || {}
    if (path === '/wx/onlogin') return ok({ code: 'OK', data: { token: this.next(), userInfo: {} } })
    if (path === '/token') return ok({ data: { token: this.next() } })
    if (path === '/wafer/login') return ok({ code: 0, data: { skey: this.next(), userinfo: {} } })
    const token = (header.Authorization || header['X-WX-Skey'] || '').replace('Bearer ', '')
    if (token === this.live) return ok({ code: path.startsWith('/wafer') ? 0 : 'OK' })
    return path.startsWith('/wafer') ? ok({ code: -1 }) : { statusCode: 401, data: { code: 'AUTH_EXPIRED' }, header: {} }
  }

  next() {
    this.live = 'token-' + (++this.logins)
    return this.live
  }
}

const ok = (data) => ({ statusCode: 200, data, header: { 'content-type': 'application/json' }, errMsg: 'request:ok' })

/** The server judges a request when it arrives; how long the reply takes is the pattern's business. */
function createWx(server, pattern) {
  const storage = new Map()
  const stats = { login: 0, open: 0 }
  const queue = []
  let sent = 0
  const begin = (options) => {
    stats.open++
    const nth = /\/item\//.test(options.url) ? sent++ : 0
    const delay = pattern === 'staggered' ? STEP * (1 + nth % 10) : STEP
    const reply = server.answer(options)
    setTimeout(() => {
      stats.open--
      options.success(reply)
      if (options.complete) options.complete(reply)
      if (queue.length > 0) begin(queue.shift())
    }, delay)
  }
  const wx = {
    login(options) {
      stats.login++
      setTimeout(() => options.success({ code: 'code-' + stats.login }), STEP)
    },
    request(options) {
      if (stats.open < 10) begin(options)
      else queue.push(options)
      return { abort() {} }
    },
    getStorageSync: (key) => storage.get(key) || '',
    setStorageSync: (key, value) => void storage.set(key, value),
    removeStorageSync: (key) => void storage.delete(key),
    onSocketOpen() {}, onSocketMessage() {}, onSocketClose() {}, onSocketError() {}, onAppShow() {}
  }
  return { wx, stats }
}

/** Each gives {login(), request(path)}. */
const CLIENTS = {
  wxlogin({ wx }) {
    const { createClient } = require('./src/index.js')
    const client = createClient({ baseURL: BASE, wx, ui: 'silent' })
    return { login: () => client.session.login(), request: (path) => client.get(path).then(({ data }) => check(data.code === 'OK')) }
  },

  flyio({ wx }) {
    globalThis.wx = wx
    const Fly = require('flyio/dist/npm/wx')
    const fly = new Fly()
    const tokenFly = new Fly()
    let token = ''
    const fetchToken = () => new Promise((resolve, reject) => wx.login({
      success: ({ code }) => tokenFly.post(BASE + '/token', { code }).then((reply) => resolve(reply.data.data.token), reject),
      fail: reject
    }))
    fly.interceptors.request.use(function (request) {
      const put = () => {
        request.headers.Authorization = 'Bearer ' + token
        return request
      }
      if (token) return put()
      fly.lock()
      return fetchToken().then((fresh) => {
        token = fresh
        fly.unlock()
        return put()
      }, (error) => {
        fly.unlock()
        return Promise.reject(error)
      })
    })
    fly.interceptors.response.use(undefined, (error) => {
      if (error.status !== 401 || error.request.repeated) return Promise.reject(error)
      token = ''
      return fly.request(Object.assign({}, error.request, { repeated: true }))
    })
    return { login: () => fly.get(BASE + '/item/first'), request: (path) => fly.get(BASE + path).then(({ data }) => check(data.code === 'OK')) }
  },

  wafer2({ wx }) {
    globalThis.wx = wx
    const wafer = require('wafer2-client-sdk')
    wafer.setLoginUrl(BASE + '/wafer/login')
    const asked = (run) => new Promise((resolve, reject) => run({ success: resolve, fail: reject }))
    return {
      login: () => asked((callbacks) => wafer.loginWithCode(callbacks)),
      request: (path) => asked((callbacks) => wafer.request(Object.assign({ url: BASE + '/wafer' + path, login: false }, callbacks)))
    }
  }
}

function check(good) {
  if (!good) throw new Error('refused')
}

/** @returns {Promise<{logins: number, failed: number}>} */
async function measure(name, size, pattern) {
  const clock = new Clock().install()
  try {
    const server = new Server()
    const { wx, stats } = createWx(server, pattern)
    const client = CLIENTS[name]({ wx })
    await clock.until(client.login())
    server.live = 'expired'
    stats.login = 0
    const ends = await clock.until(Promise.all(Array.from({ length: size }, (_, i) =>
      client.request('/item/' + i).then(() => true, () => false))))
    return { logins: stats.login, failed: ends.filter((success) => !success).length }
  } finally {
    clock.uninstall()
  }
}

const rows = []
for (const name of Object.keys(CLIENTS)) {
  for (const pattern of PATTERNS) {
    for (const size of SIZES) rows.push(Object.assign({ client: name, replies: pattern, size }, await measure(name, size, pattern)))
  }
}

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(rows))
} else {
  const line = (cells) => '| ' + cells.join(' | ') + ' |'
  console.log(line(['client', 'replies', ...SIZES.map((size) => `${size} requests`)]))
  console.log(line(['---', '---', ...SIZES.map(() => '---')]))
  for (const name of Object.keys(CLIENTS)) {
    for (const pattern of PATTERNS) {
      const cells = rows.filter((row) => row.client === name && row.replies === pattern)
      console.log(line([name, pattern, ...cells.map((row) => `${row.logins} login${row.logins === 1 ? '' : 's'}, ${row.failed} failed`)]))
    }
  }
}
