// SPDX-License-Identifier: MIT
/*
 * account.js: what the user can do about himself on the server.
 *
 *   updateUser(detail)    profile, plain or as WeChat signed it
 *   updatePhone(detail)   binds a number: by code, else by encrypted data
 *   unbindPhone()
 *   logout({scope})       forgets here first, then tells the server
 *
 * The first three store the user data of the reply, unless the session ended
 * meanwhile.  logout never logs in.
 */
'use strict'

const { MpAuthError, hookFailed } = require('./errors')
const { badConfig } = require('./config')
const { ask } = require('./notices')
const { LOGOUT } = require('./limiter')
const { replyOf, dataOf } = require('./reply')

/** What of a form or of a getUserInfo event goes to the server. */
const PROFILE = [
  'nickname', 'avatarUrl', 'gender', 'language', 'country', 'province', 'city',
  'rawData', 'signature', 'encryptedData', 'iv'
]
const SCOPES = ['this', 'others', 'all']

/**
 * @param {any} from
 * @param {string[]} names
 * @returns {any}
 */
function pick(from, names) {
  /** @type {any} */
  const picked = {}
  for (const name of names) {
    if (from && from[name] !== undefined) picked[name] = from[name]
  }
  return picked
}

/** The picker gives a path that means something on this phone only. @param {any} url */
const isLocal = (url) => typeof url === 'string' && url !== '' && !/^https:\/\//i.test(url)

/** @param {{config: any, platform: any, session: import('./session').Session, requests: any, scope: any, status: any}} parts */
function createAccount({ config, platform, session, requests, scope: tokens, status }) {
  /**
   * @param {string} path name in config.paths
   * @param {object} data
   */
  async function change(path, data) {
    const generation = session.generation()
    const reply = await requests.own({
      url: config.baseURL + config.paths[path], method: 'POST', data, needLogin: true, byUser: true
    })
    const { userInfo } = dataOf(reply)
    session.keepUser(userInfo, generation)
    return userInfo
  }

  /**
   * Where the application has put the picture.
   * @param {string} path on the phone
   */
  async function addressOf(path) {
    const url = await ask('uploadAvatar', () => config.hooks.uploadAvatar(path), config.uploadTimeout)
    if (!url || typeof url !== 'string' || isLocal(url)) throw hookFailed('uploadAvatar', 'no https address')
    return url
  }

  /** @param {any} detail */
  async function updateUser(detail) {
    const profile = pick(detail, PROFILE)
    if (isLocal(profile.avatarUrl)) {
      if (config.hooks.uploadAvatar) profile.avatarUrl = await addressOf(profile.avatarUrl)
      else delete profile.avatarUrl
    }
    return change('updateUser', profile)
  }

  /** @param {any} detail of the button's event */
  async function updatePhone(detail) {
    const names = detail && detail.code ? ['code'] : ['iv', 'encryptedData']
    try {
      return await change('updatePhone', pick(detail, names))
    } catch (error) {
      // A phone code comes from a tap, not from a login.
      if (error.code === 'CODE_INVALID' || error.code === 'CODE_USED') error.userAction = 'retap'
      throw error
    }
  }

  async function unbindPhone() {
    const user = await change('unbindPhone', {})
    status.auth.reset()
    return user
  }

  /**
   * @param {{scope?: string}} [options]
   * @returns {Promise<{sessionsEnded: number}>}
   */
  async function logout(options) {
    const scope = (options && options.scope) || 'this'
    if (SCOPES.indexOf(scope) < 0) throw badConfig('scope')
    const token = scope === 'others' ? session.token() : session.forget('logout')
    if (token) return endSessions(scope, token)
    if (scope === 'this') return { sessionsEnded: 0 }
    throw new MpAuthError('AUTH_INVALID', 'no session')
  }

  /**
   * @param {string} scope
   * @param {string} token
   */
  async function endSessions(scope, token) {
    const res = await platform.send({ name: 'request', rank: LOGOUT, prepare: () => ({
      url: config.baseURL + config.paths.logout,
      method: 'POST',
      header: tokens.withToken({ 'content-type': 'application/json' }, token),
      data: { scope },
      timeout: config.timeout
    }) })
    return dataOf(replyOf(res))
  }

  return { updateUser, updatePhone, unbindPhone, logout }
}

module.exports = { createAccount }
