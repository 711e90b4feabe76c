// SPDX-License-Identifier: MIT
/*
 * requests.js: request, uploadFile and downloadFile, one way for the three.
 *
 *   needs login? -> wait for a token -> wait for a place -> send with the
 *   token of that moment -> judge the reply -> hand over, or once more
 *
 * Any HTTP status resolves, as in wx.request.
 */
'use strict'

const { aborted } = require('./errors')
const { badConfig } = require('./config')
const { ORDINARY } = require('./limiter')
const { abortable } = require('./signal')
const { replyOf, codeOf } = require('./reply')
const { resolve } = require('./url')
const { judge, nameOf } = require('./verdict')

/** Ours, not the platform's. */
const OWN_OPTIONS = ['needLogin', 'replay', 'byUser', 'success', 'fail', 'complete']

/** @typedef {'request' | 'uploadFile' | 'downloadFile'} Name */

/**
 * @param {any} options
 * @param {any} [header] in place of theirs
 */
function forPlatform(options, header) {
  const copy = Object.assign({}, options, header && { header })
  for (const name of OWN_OPTIONS) delete copy[name]
  return copy
}

/**
 * @param {Name} name
 * @param {import('./reply').Reply} reply
 * @param {any} res
 */
function shape(name, reply, res) {
  if (name !== 'downloadFile') return reply
  const { statusCode, header, requestId } = reply
  return { statusCode, tempFilePath: res.tempFilePath, header, requestId }
}

/** @param {{config: any, platform: import('./platform').Platform, session: import('./session').Session, scope: any, ui: any}} parts */
function createRequests(parts) {
  const { config, platform, session, scope } = parts

  /**
   * @param {Name} name
   * @param {any} options
   * @param {import('./signal').Signal} signal
   * @param {boolean} needsLogin
   * @returns {Promise<{res: any, token: string}>}
   */
  async function transmit(name, options, signal, needsLogin) {
    if (needsLogin) await session.ready(options.byUser)
    signal.check()
    let token = ''
    const res = await platform.send({ name, signal, rank: ORDINARY, prepare: () => {
      if (!needsLogin) return forPlatform(options)
      // While it waited for a place a login may have begun: then wait for its token.
      if (session.busy()) return null
      token = session.token() || ''
      if (!token) throw aborted()
      return forPlatform(options, scope.withToken(options.header, token))
    } })
    return res ? { res, token } : transmit(name, options, signal, needsLogin)
  }

  /**
   * @param {Name} name
   * @param {any} given
   * @param {import('./signal').Signal} signal
   * @param {(reply: any) => any} codeFor
   * @returns {Promise<any>}
   */
  async function exchange(name, given, signal, codeFor) {
    if (!given || typeof given.url !== 'string') throw badConfig('url')
    const url = resolve(config.baseURL, given.url)
    const options = Object.assign({ timeout: config.timeout }, given, { url })
    const needsLogin = scope.needsLogin(given, url)
    for (let repeated = false; ; repeated = true) {
      const { res, token } = await transmit(name, options, signal, needsLogin)
      const reply = replyOf(res, name === 'uploadFile')
      const again = needsLogin && await judge(parts, {
        reply, token, repeated, request: nameOf(options.method, url), code: codeFor(reply), replay: options.replay !== false, byUser: options.byUser
      })
      if (!again) return shape(name, reply, res)
    }
  }

  /**
   * @param {Name} name
   * @param {(reply: any) => any} [codeFor]
   * @returns {(options: any) => any}
   */
  const caller = (name, codeFor = config.codeOf || codeOf) => (options) =>
    abortable((signal) => exchange(name, options, signal, codeFor))

  return {
    request: caller('request'),
    uploadFile: caller('uploadFile'),
    downloadFile: caller('downloadFile'),
    /** To wxlogin itself, whose replies the application's `codeOf` need not know. */
    own: caller('request', codeOf)
  }
}

module.exports = { createRequests }
