// SPDX-License-Identifier: MIT
/*
 * requests.js: request, uploadFile and downloadFile, one way for the three.
 *
 *   needs login? -> wait for a token -> wait for a place -> send with the
 *   token of that moment -> judge the reply -> hand over, or once more
 *
 * Any HTTP status resolves, as in wx.request, unless the reply is unwrapped.
 * An idempotent request that the platform cut off (the mini program went to the
 * background) may be sent again, when it is back, as often as `retry` says.
 */
'use strict'

const { aborted, calling } = require('./errors')
const { badConfig } = require('./config')
const { createMask, textsOf } = require('./notices')
const { ORDINARY } = require('./limiter')
const { abortable } = require('./signal')
const { replyOf, codeOf, errorOf } = require('./reply')
const { resolve } = require('./url')
const { judge, nameOf } = require('./verdict')

/** @typedef {import('../types/parts').Asked} Asked */
/** @typedef {import('../types/parts').Reply} Reply */
/** @typedef {'request' | 'uploadFile' | 'downloadFile'} Name */
/** @typedef {(reply: Reply) => string | number | undefined} CodeFor */

/** Ours, not the platform's. */
const OWN_OPTIONS = ['needLogin', 'replay', 'byUser', 'retry', 'unwrap', 'loading', 'onTask', 'success', 'fail', 'complete']
const IDEMPOTENT = /^(GET|HEAD|PUT|DELETE|OPTIONS)$/i
/** In the words of Android and of iOS. */
const INTERRUPTED = /interrupt|connection was lost/i

/**
 * @param {Asked} options
 * @param {Asked['header']} header
 * @returns {object}
 */
function forPlatform(options, header) {
  /** @type {{[name: string]: unknown}} */
  const copy = Object.assign({}, /** @type {object} */ (options), header && { header })
  for (const name of OWN_OPTIONS) delete copy[name]
  return copy
}

/**
 * @param {Name} name
 * @param {Reply} reply
 * @param {import('../types/parts').PlatformResult} res
 */
function shape(name, reply, res) {
  if (name !== 'downloadFile') return reply
  const { statusCode, header, requestId } = reply
  return { statusCode, tempFilePath: res.tempFilePath, header, requestId }
}

/**
 * @param {Reply} reply
 * @param {boolean | ((reply: Reply) => unknown)} how
 * @param {string | number | undefined} code
 */
function unwrapped(reply, how, code) {
  if (typeof how === 'function') return calling('unwrap', () => how(reply))
  const { data, statusCode } = reply
  const isGood = statusCode >= 200 && statusCode < 300 && (code === undefined || code === 'OK' || Number(code) === 0)
  if (!isGood) throw errorOf(reply, code === undefined ? 'HTTP_ERROR' : String(code))
  return data && typeof data === 'object' && 'data' in data ? data.data : data
}

/** @param {Pick<import('../types/parts').Parts, 'config' | 'platform' | 'session' | 'scope' | 'ui'>} parts */
function createRequests(parts) {
  const { config, platform, session, scope } = parts
  const mask = createMask(config.wx)

  /**
   * @param {Name} name
   * @param {Asked} options
   * @param {import('./signal').Signal} signal
   * @param {boolean} needsLogin
   * @param {number} rank
   * @returns {Promise<{res: import('../types/parts').PlatformResult, token: string}>}
   */
  async function transmit(name, options, signal, needsLogin, rank) {
    if (needsLogin) await session.ready(options.byUser)
    signal.check()
    let token = ''
    const res = await platform.send({ name, signal, rank, onTask: options.onTask, prepare: () => {
      if (!needsLogin) return forPlatform(options, options.header)
      // While it waited for a place a login may have begun: then wait for its token.
      if (session.busy()) return null
      token = session.token() || ''
      if (!token) throw aborted()
      return forPlatform(options, scope.withToken(options.header, token))
    } })
    return res ? { res, token } : transmit(name, options, signal, needsLogin, rank)
  }

  /** How often it may be sent again after an interruption. @param {Name} name @param {Asked} options */
  function retriesOf(name, { retry, method }) {
    if (retry !== undefined) return Number(retry)
    return name !== 'uploadFile' && IDEMPOTENT.test(method || 'GET') ? config.retry : 0
  }

  /**
   * @param {Name} name
   * @param {Asked} options
   * @param {import('./signal').Signal} signal
   * @param {boolean} needsLogin
   * @param {number} rank
   */
  async function persist(name, options, signal, needsLogin, rank) {
    for (let left = retriesOf(name, options); ; left--) {
      try {
        return await transmit(name, options, signal, needsLogin, rank)
      } catch (error) {
        if (!(left > 0) || error.code !== 'NETWORK' || !INTERRUPTED.test(error.message)) throw error
        await platform.foreground()
      }
    }
  }

  /**
   * @param {Name} name
   * @param {Asked} given
   * @param {import('./signal').Signal} signal
   * @param {CodeFor} codeFor
   * @param {number} rank
   * @returns {Promise<unknown>}
   */
  async function exchange(name, given, signal, codeFor, rank) {
    if (!given || typeof given.url !== 'string') throw badConfig('url')
    const url = resolve(config.baseURL, given.url)
    const needsLogin = calling('whitelist', () => scope.needsLogin(given, url))
    const header = calling('header', () => scope.withDefaults(given, url))
    const options = Object.assign({ timeout: config.timeout }, given, { url }, header && { header })
    for (let repeated = false; ; repeated = true) {
      const { res, token } = await persist(name, options, signal, needsLogin, rank)
      const reply = replyOf(res, name === 'uploadFile')
      const code = calling('codeOf', () => codeFor(reply))
      const again = needsLogin && await judge(parts, {
        reply, code, token, repeated, request: nameOf(options.method, url), replay: options.replay !== false, byUser: options.byUser
      })
      if (again) continue
      const how = given.unwrap === undefined ? config.unwrap : given.unwrap
      return how && name !== 'downloadFile' ? unwrapped(reply, how, code) : shape(name, reply, res)
    }
  }

  /**
   * @param {Name} name
   * @param {CodeFor} [codeFor]
   * @param {object} [fixed] options that are not the caller's
   * @returns {(options: Asked, rank?: number) => Promise<unknown> & {abort(): void}}
   */
  const caller = (name, codeFor = config.codeOf || codeOf, fixed) => (options, rank = ORDINARY) => {
    const promise = abortable((signal) => exchange(name, fixed ? Object.assign({}, options, fixed) : options, signal, codeFor, rank))
    if (options && options.loading) {
      const hide = mask(typeof options.loading === 'string' ? options.loading : textsOf(config.wx).loading)
      promise.then(hide, hide)
    }
    return promise
  }

  /** To wxlogin itself, whose replies the application's settings need not know. */
  const toServer = (/** @type {Name} */ name) => /** @type {(options: Asked, rank?: number) => Promise<Reply>} */ (caller(name, codeOf, { unwrap: false }))

  return {
    request: caller('request'),
    uploadFile: caller('uploadFile'),
    downloadFile: caller('downloadFile'),
    own: toServer('request'),
    ownUpload: toServer('uploadFile')
  }
}

module.exports = { createRequests }
