// SPDX-License-Identifier: MIT
/*
 * backend.js: a server that keeps to the protocol, in memory.
 *
 * handle({method, path, header, data}) answers {statusCode, header, data}.
 * The same backend stands behind the fake wx (no network, fake clock) and
 * behind a real HTTP server (http-fake.js).
 *
 *   /wx/onlogin, checksession, logout, updateuser, updatephone, unbindphone,
 *   sessions, updateavatar
 *   /app/...       an application: needs a token, echoes what it got
 *   /app/proxy401  the same, but its refusals are HTML written by a proxy
 *   /app/code200   the same, but its refusals come with HTTP 200
 *   /app/decrypt   open data that cannot be decrypted
 *   /public/...    needs no token, says which one it got
 *
 * issueCode() plays WeChat; expire(), fault() and the switches break things.
 */
'use strict'

const { createHash, randomBytes } = require('node:crypto')

const STATUS = {
  PARAM_INVALID: 400, CODE_INVALID: 400, CODE_USED: 400, DECRYPT_WX_OPEN_DATA_FAIL: 400, PICTURE_INVALID: 400, CONTENT_REFUSED: 400, BODY_TOO_LARGE: 413,
  AUTH_INVALID: 401, AUTH_EXPIRED: 401, USER_BLOCKED: 403, NOT_FOUND: 404,
  TOO_MANY_REQUESTS: 429, WECHAT_UNAVAILABLE: 503, BUSY: 503
}

const EMPTY_USER = {
  id: '01JC00000000000000000000AA', nickname: '', avatarUrl: '', gender: 0, language: '', country: '',
  province: '', city: '', phone: '', countryCode: '', hasUnionId: false
}

class Backend {
  constructor() {
    this.codes = new Map() // code -> 'new' | 'used'
    this.tokens = new Map() // token -> 'live' | 'expired' | 'ended'
    this.user = Object.assign({}, EMPTY_USER)
    this.log = [] // every request as it was handled: {path, token, code, data}
    this.devices = new Map() // token -> what its login called itself
    this.useless = false // logins succeed, their tokens do not
    this.avatars = true // updateavatar is switched on
    this._faults = []
    this._requests = 0
  }

  issueCode() {
    const code = 'code-' + (this.codes.size + 1)
    this.codes.set(code, 'new')
    return code
  }

  /** All live sessions expire. */
  expire() {
    for (const [token, state] of this.tokens) {
      if (state === 'live') this.tokens.set(token, 'expired')
    }
  }

  /** The next `times` requests to `path` get this answer: a code, or a raw reply. */
  fault(path, answer, times = 1) {
    this._faults.push({ path, answer, times })
  }

  /** No more faults. */
  calm() {
    this._faults.length = 0
  }

  /** How often a path was asked. */
  count(path) {
    return this.log.filter((entry) => entry.path === path).length
  }

  handle(request) {
    const path = request.path.split('?')[0]
    const token = tokenIn(request.header)
    const reply = this._fault(path) || this._route(path, token, request.data || {})
    const requestId = 'req-' + (++this._requests)
    const type = typeof reply.data === 'object' ? 'application/json' : 'text/html'
    reply.header = Object.assign({ 'X-Request-Id': requestId, 'Content-Type': type }, reply.header)
    if (typeof reply.data === 'object' && reply.data.code !== 'OK') reply.data.requestId = requestId
    const code = typeof reply.data === 'object' ? reply.data.code : undefined
    this.log.push({ path, url: request.path, token, code, statusCode: reply.statusCode, data: request.data, header: request.header })
    return reply
  }

  _fault(path) {
    const fault = this._faults.find((other) => other.path === path && other.times > 0)
    if (!fault) return null
    fault.times--
    return typeof fault.answer === 'string' ? refuse(fault.answer) : Object.assign({}, fault.answer)
  }

  _route(path, token, data) {
    const name = path.replace(/^\/wx\//, '')
    if (name === 'onlogin') return this._login(data)
    if (name === 'logout') return this._logout(token, data)
    if (name === 'updateavatar' && !this.avatars) return refuse('NOT_FOUND')
    if (path.startsWith('/public/')) return ok({ token: token || null })
    const refusal = this._refusal(token)
    if (path === '/app/proxy401' && refusal) return { statusCode: 401, data: '<html>401</html>' }
    if (path === '/app/code200' && refusal) return Object.assign(refuse(refusal), { statusCode: 200 })
    if (refusal) return refuse(refusal)
    if (path === '/app/decrypt') return refuse('DECRYPT_WX_OPEN_DATA_FAIL')
    if (path.startsWith('/app/')) return ok({ path, data })
    return this._profile(name, data, token)
  }

  _refusal(token) {
    if (!this.useless && this.tokens.get(token) === 'live') return null
    return this.tokens.get(token) === 'expired' ? 'AUTH_EXPIRED' : 'AUTH_INVALID'
  }

  _login({ code, device = '' }) {
    if (!/^[\w-]{1,128}$/.test(code || '')) return refuse('PARAM_INVALID', { field: 'code' })
    if (!this.codes.has(code)) return refuse('CODE_INVALID')
    if (this.codes.get(code) === 'used') return refuse('CODE_USED')
    this.codes.set(code, 'used')
    const token = randomBytes(32).toString('base64url')
    const newUser = this.tokens.size === 0
    this.tokens.set(token, 'live')
    this.devices.set(token, device)
    return ok({ token, expiresIn: 7200, absoluteExpiresIn: 2592000, newUser, userInfo: this._userInfo() })
  }

  _logout(token, { scope = 'this', session }) {
    if (scope !== 'this') {
      const refusal = this._refusal(token)
      if (refusal) return refuse(refusal)
    }
    if ((scope === 'one') !== (session !== undefined)) return refuse('PARAM_INVALID', { field: 'session' })
    const isMeant = { this: (other) => other === token, others: (other) => other !== token, all: () => true, one: (other) => idOf(other) === session }[scope]
    const ended = [...this.tokens].filter(([other, state]) => state === 'live' && isMeant(other))
    for (const [other] of ended) this.tokens.set(other, 'ended')
    return ok({ sessionsEnded: ended.length })
  }

  _profile(name, data, token) {
    if (name === 'sessions') return ok({ sessions: this._sessions(token) })
    if (name === 'updateavatar') return this._updateAvatar(data)
    if (name === 'checksession') return ok({ expiresIn: 7200, absoluteExpiresIn: 2592000, userInfo: this._userInfo() })
    if (name === 'unbindphone') Object.assign(this.user, { phone: '', countryCode: '' })
    else if (name === 'updateuser') return this._updateUser(data)
    else if (name === 'updatephone') return this._updatePhone(data)
    else return refuse('NOT_FOUND')
    return ok({ userInfo: this._userInfo() })
  }

  _updateUser(data) {
    if (data.avatarUrl && !/^https:/.test(data.avatarUrl)) return refuse('PARAM_INVALID', { field: 'avatarUrl' })
    if (data.nickname) this.user.nickname = data.nickname
    else if (data.rawData) this._keepSigned(JSON.parse(data.rawData))
    else return refuse('PARAM_INVALID', { field: 'body' })
    if (data.avatarUrl) this.user.avatarUrl = data.avatarUrl
    return ok({ userInfo: this._userInfo() })
  }

  /** The anonymous profile is never stored. */
  _keepSigned({ nickName }) {
    if (nickName !== '微信用户') this.user.nickname = nickName
  }

  /** The token's own and the other live ones; last used first. */
  _sessions(token) {
    const live = [...this.tokens].filter(([, state]) => state === 'live').map(([other]) => other).reverse()
    return live.sort((a, b) => (b === token) - (a === token)).map((other, at) => ({
      id: idOf(other), current: other === token, device: this.devices.get(other) || '',
      createdAt: 1700000000 - at, lastUsedAt: 1700003600 - at, expiresIn: 7100, absoluteExpiresIn: 2588400
    }))
  }

  /** The file is what the phone sent: {filePath}, or the bytes. */
  _updateAvatar({ filePath, bytes }) {
    if (!filePath && !bytes) return refuse('PARAM_INVALID', { field: 'body' })
    if (/\.(svg|txt)$/.test(filePath)) return refuse('PICTURE_INVALID')
    this.user.avatarUrl = 'https://shop.example/avatars/' + randomBytes(16).toString('hex') + '.jpg'
    return ok({ userInfo: this._userInfo() })
  }

  _updatePhone(data) {
    if (data.code === 'stale') return refuse('CODE_INVALID')
    if (!data.code && !(data.iv && data.encryptedData)) return refuse('PARAM_INVALID', { field: 'code' })
    Object.assign(this.user, { phone: '13800138000', countryCode: '86' })
    return ok({ userInfo: this._userInfo() })
  }

  _userInfo() {
    return Object.assign({}, this.user)
  }
}

/** As the server names a session. */
const idOf = (token) => createHash('sha256').update(token).digest('hex').slice(0, 16)

function ok(data) {
  return { statusCode: 200, data: { code: 'OK', data } }
}

function refuse(code, extra) {
  const header = STATUS[code] === 429 || STATUS[code] === 503 ? { 'Retry-After': '2' } : {}
  return { statusCode: STATUS[code], header, data: Object.assign({ code, message: code }, extra) }
}

function tokenIn(header) {
  const names = Object.keys(header || {}).filter((name) => /^(authorization|sessionid)$/i.test(name))
  if (names.length === 0) return undefined
  return names.map((name) => header[name]).join(',').replace(/^Bearer +/i, '')
}

module.exports = { Backend, idOf }
