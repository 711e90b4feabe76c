// SPDX-License-Identifier: MIT
/*
 * account.js: what the user can do about himself on the server.
 *
 *   updateUser(detail)    profile, plain or as WeChat signed it; a picture of
 *                         this phone is uploaded first
 *   updatePhone(detail)   binds a number: by code, else by encrypted data
 *   unbindPhone()
 *   refreshUser()         fetches the user data anew
 *   list()                the user's sessions
 *   logout(options)       ends this one, the others, one of them, or all
 *
 * The first four store the user data of the reply, unless the session ended
 * meanwhile.  Details may be given as the events they come in.
 */
'use strict'

const { MpAuthError, hookFailed, isRefusal } = require('./errors')
const { badConfig } = require('./config')
const { detailOf, pick } = require('./event')
const { ask } = require('./notices')
const { LOGOUT } = require('./limiter')
const { replyOf, dataOf, errorOf } = require('./reply')

/** @typedef {import('../types/parts').Parts} Parts */
/** @typedef {ReturnType<typeof createAccount>} Account */
/** @typedef {import('./event').Detail} Detail */
/** @typedef {{onProgress?(percent: number): void}} UploadOptions */

/** What of a form or of a getUserInfo event goes to the server. */
const PROFILE = [
  'nickname', 'avatarUrl', 'gender', 'language', 'country', 'province', 'city',
  'rawData', 'signature', 'encryptedData', 'iv'
]
const SCOPES = ['this', 'others', 'all', 'one']
const SESSION_ID = /^[0-9a-f]{16}$/

/** The picker gives a path that means something on this phone only. @param {unknown} url */
const isLocal = (url) => typeof url === 'string' && url !== '' && !/^https:\/\//i.test(url)

/** @param {Pick<Parts, 'config' | 'platform' | 'session' | 'requests' | 'scope' | 'status'>} parts */
function createAccount({ config, platform, session, requests, scope: tokens, status }) {
  /** Ids of sessions that list() has named as this one. @type {Set<string>} */
  const own = new Set()

  /**
   * @param {keyof Parts['config']['paths']} path
   * @param {object} [data]
   * @param {number} [rank]
   */
  async function post(path, data, rank) {
    const url = config.baseURL + config.paths[path]
    const reply = await requests.own({ url, method: 'POST', data: data || {}, needLogin: true, byUser: true }, rank)
    // Of a web server, or of a program that is switched off.
    if (reply.statusCode === 404) throw errorOf(reply, 'NOT_FOUND', { message: 'not on this server: ' + config.paths[path] })
    return dataOf(reply)
  }

  /** @param {() => Promise<{userInfo: import('../types').UserInfo}>} run */
  async function keeping(run) {
    const generation = session.generation()
    const { userInfo } = await run()
    session.keepUser(userInfo, generation)
    return userInfo
  }

  /**
   * Where the application has put the picture.
   * @param {string} path on the phone
   */
  async function addressOf(path) {
    const { uploadAvatar } = config.hooks
    const url = uploadAvatar && await ask('uploadAvatar', () => uploadAvatar(path), config.uploadTimeout)
    if (!url || typeof url !== 'string' || isLocal(url)) throw hookFailed('uploadAvatar', 'no https address')
    return url
  }

  /**
   * To the server's own program.
   * @param {string} filePath on the phone
   * @param {UploadOptions} options
   */
  async function upload(filePath, { onProgress }) {
    const reply = await requests.ownUpload({
      url: config.baseURL + config.paths.updateAvatar,
      filePath,
      name: 'file',
      timeout: config.uploadTimeout,
      needLogin: true,
      byUser: true,
      onTask(task) {
        if (onProgress && task.onProgressUpdate) task.onProgressUpdate(({ progress }) => onProgress(progress))
      }
    })
    if (reply.statusCode === 404) {
      throw errorOf(reply, 'NOT_FOUND', {
        field: 'avatarUrl',
        message: 'the server takes no pictures; give hooks.uploadAvatar'
      })
    }
    if (reply.statusCode === 413) throw errorOf(reply, 'BODY_TOO_LARGE', { field: 'avatarUrl' })
    return dataOf(reply)
  }

  /**
   * The picture first: when it can't be stored nothing is.
   * @param {unknown} given
   * @param {UploadOptions} [options]
   */
  async function updateUser(given, options) {
    const profile = pick(detailOf(given), PROFILE)
    const path = profile.avatarUrl
    if (isLocal(path)) {
      if (config.hooks.uploadAvatar) {
        profile.avatarUrl = await addressOf(String(path))
      } else {
        delete profile.avatarUrl
        const user = await keeping(() => upload(String(path), options || {}))
        if (Object.keys(profile).length === 0) return user
      }
    }
    return keeping(() => post('updateUser', profile))
  }

  /** @param {unknown} given the button's event, or its detail */
  async function updatePhone(given) {
    const detail = detailOf(given)
    const names = detail.code ? ['code'] : ['iv', 'encryptedData']
    try {
      return await keeping(() => post('updatePhone', pick(detail, names)))
    } catch (error) {
      // A phone code comes from a tap, not from a login.
      if (error.code === 'CODE_INVALID' || error.code === 'CODE_USED') error.userAction = 'retap'
      throw error
    }
  }

  async function unbindPhone() {
    const user = await keeping(() => post('unbindPhone'))
    status.auth.reset()
    return user
  }

  async function list() {
    /** @type {{sessions: import('../types').ListedSession[]}} */
    const { sessions } = await post('sessions')
    own.clear()
    for (const { id, current } of sessions) if (current) own.add(id)
    return sessions
  }

  /**
   * @param {{scope?: string, session?: string, stay?: boolean}} [options]
   * @returns {Promise<{sessionsEnded: number}>}
   */
  async function logout({ scope = 'this', session: id, stay } = {}) {
    if (SCOPES.indexOf(scope) < 0) throw badConfig('scope')
    if ((scope === 'one') !== (id !== undefined) || (scope === 'one' && !SESSION_ID.test(String(id)))) throw badConfig('session')
    const isHere = scope === 'this' || scope === 'all'
    const token = isHere ? session.forget('logout', stay) : session.token()
    if (!token) {
      if (scope === 'this') return { sessionsEnded: 0 }
      throw new MpAuthError('AUTH_INVALID', 'no session')
    }
    if (isHere) return end(scope, token)
    const ended = await post('logout', id ? { scope, session: id } : { scope }, LOGOUT)
    if (id && own.has(id)) session.forget('logout')
    return ended
  }

  /**
   * Forgotten here already.  To end all of the user's sessions takes a live
   * one: when this had expired, one that is made for it and ends with the rest.
   * @param {string} scope
   * @param {string} token
   * @returns {Promise<{sessionsEnded: number}>}
   */
  async function end(scope, token) {
    try {
      return await tell(scope, token)
    } catch (error) {
      if (scope !== 'all' || !isRefusal(error.code)) throw error
      return tell(scope, (await session.borrow()).token)
    }
  }

  /** @param {string} scope @param {string} token */
  async function tell(scope, token) {
    const res = await platform.send({ name: 'request', rank: LOGOUT, prepare: () => ({
      url: config.baseURL + config.paths.logout,
      method: 'POST',
      header: tokens.withToken({ 'content-type': 'application/json' }, token),
      data: { scope },
      timeout: config.timeout
    }) })
    return dataOf(replyOf(res || {}))
  }

  return {
    updateUser,
    updatePhone,
    bindPhone: updatePhone,
    unbindPhone,
    refreshUser: () => keeping(() => post('checkSession')),
    list,
    logout
  }
}

module.exports = { createAccount }
