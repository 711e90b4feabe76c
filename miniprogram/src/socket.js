// SPDX-License-Identifier: MIT
/*
 * socket.js: WebSockets that belong to the session.
 *
 *   connectSocket(options)   resolves to the platform's SocketTask, open
 *
 * The token goes into the handshake's header.  A handshake that is refused with
 * 401 renews the session and is made once more, as a request is.  What is said
 * once the socket is open is the application's business.
 */
'use strict'

const { MpAuthError } = require('./errors')
const { badConfig } = require('./config')
const { abortable } = require('./signal')
const { resolve } = require('./url')

/** @typedef {import('../types/parts').Asked} Asked */
/** @typedef {import('../types/parts').Socket} Socket */

/** @param {Pick<import('../types/parts').Parts, 'config' | 'session' | 'scope'>} parts */
function createSocket({ config, session, scope }) {
  /**
   * @param {Asked} options
   * @param {string} url
   * @param {import('./signal').Signal} signal
   * @param {string} token or none
   * @returns {Promise<Socket>}
   */
  function open(options, url, signal, token) {
    return new Promise((done, fail) => {
      const limit = options.timeout || config.timeout
      /** @type {Socket} */
      let task
      const end = (/** @type {unknown} */ error) => {
        clearTimeout(timer)
        unlisten()
        if (!error) return done(task)
        fail(error)
        // Whatever becomes of it, nobody wants it any more.
        if (task) task.close({ fail() {} })
      }
      const timer = setTimeout(() => end(new MpAuthError('TIMEOUT', `wx.connectSocket: not open within ${limit} ms`)), limit)
      const unlisten = signal.listen(() => end(new MpAuthError('ABORTED', 'given up')))
      const broken = (/** @type {{errMsg?: string}} */ cause) => {
        const words = String(cause.errMsg || cause)
        end(new MpAuthError(/\b401\b/.test(words) ? 'AUTH_EXPIRED' : 'NETWORK', 'wx.connectSocket: ' + words, { cause }))
      }
      const header = scope.withDefaults(options, url)
      try {
        task = config.wx.connectSocket(Object.assign({}, options, {
          url: url.replace(/^http/i, 'ws'), header: token ? scope.withToken(header, token) : header, fail: broken
        }))
        task.onOpen(() => end(null))
        task.onError(broken)
      } catch (cause) {
        broken(cause)
      }
    })
  }

  /**
   * @param {Asked} options
   * @param {import('./signal').Signal} signal
   */
  async function connect(options, signal) {
    if (!options || typeof options.url !== 'string') throw badConfig('url')
    const url = resolve(config.baseURL, options.url.replace(/^ws/i, 'http'))
    if (!scope.needsLogin(options, url)) return open(options, url, signal, '')
    await session.ready(options.byUser)
    signal.check()
    const token = session.token() || ''
    try {
      return await open(options, url, signal, token)
    } catch (error) {
      if (error.code !== 'AUTH_EXPIRED') throw error
      await session.renew(token, error, options.byUser)
      signal.check()
      return open(options, url, signal, session.token() || '')
    }
  }

  return (/** @type {Asked} */ options) => abortable((signal) => connect(options, signal))
}

module.exports = { createSocket }
