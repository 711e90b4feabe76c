// SPDX-License-Identifier: MIT
/*
 * platform.js: the only file that calls wx for the network and for login.
 *
 *   call(name, options)      one wx API as a promise
 *   send(job)                the same through the limiter, can be given up
 *
 * Every call settles once: by success, fail, a throw (which counts as a
 * failure) or our own time limit.  The platform's limit alone is not trusted:
 * a hanging wx.login has been seen not to answer at all.
 */
'use strict'

const { MpAuthError, aborted } = require('./errors')
const { createLimiter } = require('./limiter')

/** Scene of the single page that opens from a shared moment: no login there. */
const SINGLE_PAGE = 1154

/**
 * @typedef {object} Job
 * @property {'request' | 'uploadFile' | 'downloadFile'} name
 * @property {number} rank of limiter.js
 * @property {import('./signal').Signal} [signal]
 * @property {(task: import('../types/parts').Task) => void} [onTask] gets the platform's task
 * @property {() => object | null} prepare called when it is sent: the options of wx.NAME, or null not to send
 */

/** @typedef {import('../types/parts').PlatformResult} Result */
/** @typedef {import('../types/parts').Task} Task */
/** @typedef {(error: unknown, result?: Result | null) => void} End called once */

/** @typedef {ReturnType<typeof createPlatform>} Platform */

/**
 * @param {string} name of the API
 * @param {unknown} cause what the platform said or threw
 */
function failure(name, cause) {
  const { errMsg, message } = /** @type {Result} */ (cause || {})
  const words = String(errMsg || message || cause)
  let code = name === 'login' ? 'WX_LOGIN_FAILED' : 'NETWORK'
  if (/time-?d? ?out/i.test(words)) code = 'TIMEOUT'
  return new MpAuthError(code, `wx.${name}: ${words}`, { cause })
}

/** @param {Task | undefined} task of wx.request and the like */
function stop(task) {
  try {
    if (task && task.abort) task.abort()
  } catch (ignored) {
    // It is over for us either way.
  }
}

/** @param {Pick<import('../types/parts').Settings, 'wx' | 'timeout' | 'maxConcurrent'>} config */
function createPlatform({ wx, timeout, maxConcurrent }) {
  const enter = createLimiter(maxConcurrent)

  /**
   * @param {string} name
   * @param {{timeout?: number}} options
   * @param {End} end
   * @param {Job['onTask']} [onTask]
   * @returns {() => void} stops it without calling `end`
   */
  function start(name, options, end, onTask) {
    let over = false
    /** @type {Task | undefined} */
    let task
    const limit = options.timeout || timeout
    const close = () => {
      const first = !over
      over = true
      clearTimeout(timer)
      return first
    }
    const cancel = () => {
      if (close()) stop(task)
    }
    const timer = setTimeout(() => {
      cancel()
      end(new MpAuthError('TIMEOUT', `wx.${name}: no answer within ${limit} ms`))
    }, limit)
    const fail = (/** @type {unknown} */ cause) => {
      if (close()) end(failure(name, cause))
    }
    const success = (/** @type {Result} */ result) => {
      if (close()) end(null, result || {})
    }
    try {
      task = wx[name](Object.assign({}, options, { success, fail }))
    } catch (cause) {
      fail(cause)
    }
    try {
      if (onTask && task) onTask(task)
    } catch (ignored) {
      // The application's own affair; the request goes on.
    }
    return cancel
  }

  /**
   * @param {Job} job
   * @param {End} end
   * @returns {() => void}
   */
  function prepareAndStart(job, end) {
    try {
      const options = job.prepare()
      if (options) return start(job.name, options, end, job.onTask)
      end(null, null)
    } catch (error) {
      end(error)
    }
    return () => {}
  }

  /**
   * @param {string} name
   * @param {object} [options]
   * @returns {Promise<Result>}
   */
  function call(name, options) {
    return new Promise((resolve, reject) => {
      start(name, options || {}, (error, result) => (error ? reject(error) : resolve(result || {})))
    })
  }

  /**
   * @param {Job} job
   * @returns {Promise<Result | null>} the platform's result, or null when `prepare` did not want it sent
   */
  function send(job) {
    return new Promise((resolve, reject) => {
      /** @type {() => void} */
      let cancel = () => {}
      const unlisten = job.signal && job.signal.listen(() => {
        leaveQueue()
        cancel()
        reject(aborted())
      })
      const leaveQueue = enter(job.rank, (leave) => {
        const stopTask = prepareAndStart(job, (error, result) => {
          leave()
          if (unlisten) unlisten()
          if (error) reject(error)
          else resolve(result || null)
        })
        cancel = () => {
          stopTask()
          leave()
        }
      })
    })
  }

  /** In a single page, or without the API, nobody can log in. */
  function canLogin() {
    if (typeof wx.login !== 'function') return false
    try {
      return (wx.getEnterOptionsSync || wx.getLaunchOptionsSync).call(wx).scene !== SINGLE_PAGE
    } catch (unknown) {
      return true
    }
  }

  /** Before base library 2.1.2 there is no such event. @param {'onAppShow' | 'onAppHide'} name @param {() => void} listener */
  function listen(name, listener) {
    try {
      wx[name](listener)
    } catch (missing) {
      // One foreground period, for ever.
    }
  }

  let hidden = false
  /** @type {Array<() => void>} */
  let waiting = []
  listen('onAppHide', () => {
    hidden = true
  })
  listen('onAppShow', () => {
    const ready = waiting
    waiting = []
    hidden = false
    for (const go of ready) go()
  })

  return {
    call,
    send,
    canLogin,

    /** @param {() => void} listener called when the mini program comes to the foreground */
    onShow: (listener) => listen('onAppShow', listener),

    /** Resolves when the mini program is in the foreground: at once, when it is. @returns {Promise<void>} */
    foreground: () => new Promise((resolve) => (hidden ? void waiting.push(resolve) : resolve()))
  }
}

module.exports = { createPlatform }
