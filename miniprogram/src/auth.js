// SPDX-License-Identifier: MIT
/*
 * auth.js: asking the user for more than a session.
 *
 *   steps                their order
 *   currentStep()        from the user data, nothing remembered
 *   missing(options)     what mustAuth(options) would ask for
 *   nextStep(detail)     does the step that is open with the event, or its detail
 *   mustAuth(options)    resolves when the step is reached; AUTH_CANCELLED when
 *                        the popup is closed, AUTH_REDIRECTED when the page is left
 *   backFromAuth(opts)   the way back from the authorisation page
 *   withAuth(opts, fn)   see guard.js
 *
 * status.auth follows mustAuth: ing while a popup is open, success, fail.
 */
'use strict'

const { badConfig } = require('./config')
const { MpAuthError } = require('./errors')
const { AuthStep, missingOf, needOf, stepFor, stepOf } = require('./auth-step')
const { detailOf, kindOf, wasDeclined } = require('./event')
const { topPage, leaveFor, comeBack } = require('./pages')
const { guard } = require('./guard')

/** @typedef {import('../types/parts').Requirement} Requirement */
/** @typedef {import('../types').MustAuthOptions} Options */
/** @typedef {{mustAuthStep: number, need: Requirement[], named: boolean}} Target named: by `need`, not by a step */
/** @typedef {{open(target: {mustAuthStep: number, need?: Requirement[]}): Promise<unknown>}} Popup */
/** @typedef {{on: unknown, target: Target, outcome: Promise<unknown>, follow(next: Promise<unknown>): void}} Asking */

const MODES = ['popup', 'page']

/** @param {Pick<import('../types/parts').Parts, 'config' | 'hooks' | 'platform' | 'session' | 'status'>} parts @param {import('./account').Account} account */
function createAuth({ config, hooks, platform, session, status }, account) {
  const { steps } = config
  /** @type {Asking[]} popups that are open, pages that are being left */
  let pending = []

  const currentStep = () => stepOf(steps, session.user())

  /** @param {Options} [options] @returns {Target} */
  function targetOf({ mustAuthStep = AuthStep.TWO, need } = {}) {
    if ([1, 2, 3].indexOf(mustAuthStep) < 0) throw badConfig('mustAuthStep')
    if (!need) return { mustAuthStep, need: needOf(steps, mustAuthStep), named: false }
    if (!Array.isArray(need) || need.some((one) => steps.indexOf(one) < 0)) throw badConfig('need')
    return { mustAuthStep: stepFor(steps, need), need, named: true }
  }

  /** @param {Options} [options] */
  const missing = (options) => missingOf(targetOf(options).need, session.user())

  /**
   * @param {unknown} given an event of a component, or its detail
   * @returns {Promise<number>} the new step
   */
  async function nextStep(given) {
    const detail = detailOf(given)
    await session.login({ byUser: true })
    const [open] = missingOf(steps, session.user())
    if (!open || wasDeclined(detail)) return currentStep()
    await ((kindOf(given) || open) === 'phone' ? account.updatePhone(detail) : account.updateUser(detail))
    const reached = currentStep()
    if (reached === AuthStep.THREE) status.auth.success(/** @type {import('../types').UserInfo} */ (session.user()))
    return reached
  }

  /**
   * Runs what is not running yet for `on`; all who ask meanwhile share its
   * outcome.  Who needs more than what was asked for raises it.
   * @param {unknown} on a popup or a page
   * @param {Target} target
   * @param {(target: Target) => Promise<unknown>} run
   * @param {boolean} canRaise
   */
  async function share(on, target, run, canRaise) {
    const same = pending.find((other) => other.on === on)
    if (!same) return begin(on, target, run)
    const more = target.need.filter((one) => same.target.need.indexOf(one) < 0)
    if (canRaise && more.length > 0) {
      const need = same.target.need.concat(more)
      same.target = { mustAuthStep: stepFor(steps, need), need, named: same.target.named || target.named }
      same.follow(run(same.target))
    }
    return same.outcome
  }

  /**
   * @param {unknown} on
   * @param {Target} target
   * @param {(target: Target) => Promise<unknown>} run
   */
  function begin(on, target, run) {
    /** @type {Asking['follow']} */
    let follow = () => {}
    const outcome = new Promise((resolve, reject) => {
      // The first to end is the end: it is one popup.
      follow = (next) => void Promise.resolve(next).then(resolve, reject)
      follow(run(target))
    })
    const mine = { on, target, outcome, follow }
    const end = () => {
      pending = pending.filter((other) => other !== mine)
    }
    pending.push(mine)
    outcome.then(end, end)
    return outcome
  }

  /**
   * @param {import('./pages').Page | undefined} page
   * @param {string} name id of the popup component
   * @returns {Popup | null}
   */
  function popupOn(page, name) {
    try {
      const popup = /** @type {Popup | null | undefined} */ (page && page.selectComponent && page.selectComponent('#' + name))
      return popup && typeof popup.open === 'function' ? popup : null
    } catch (error) {
      // A page that is being destroyed: as good as one without a popup.
      hooks.log('warn', 'popup.failed', { error: String(error) })
      return null
    }
  }

  /**
   * @param {Options} options
   * @param {Target} target
   * @param {import('./pages').Page | undefined} page
   */
  async function ask({ mode, popupCompName, need }, target, page) {
    const popup = mode !== 'page' && popupOn(page, popupCompName || 'auth-popup')
    if (!popup) {
      await share(page, target, () => leaveFor(platform, config.authPage, page, target.mustAuthStep, need), false)
      throw new MpAuthError('AUTH_REDIRECTED', config.authPage)
    }
    const isReached = () => missingOf(target.need, session.user()).length === 0
    try {
      await share(popup, target, ({ mustAuthStep, need: all, named }) => popup.open(named ? { mustAuthStep, need: all } : { mustAuthStep }), true)
    } catch (error) {
      // Closed, but only after what is wanted here.
      if (error.code !== 'AUTH_CANCELLED' || !isReached()) throw error
    }
    if (!isReached()) throw new MpAuthError('AUTH_CANCELLED', 'closed')
  }

  /**
   * @param {Options} [given]
   * @returns {Promise<import('../types').UserInfo>} the user data
   */
  async function mustAuth(given) {
    const options = given || {}
    const target = targetOf(options)
    if (options.mode && MODES.indexOf(options.mode) < 0) throw badConfig('mode')
    // The page of the tap, whatever is on top when the login is through.
    const page = options.context || topPage()
    await session.login({ byUser: true })
    if (missingOf(target.need, session.user()).length > 0) {
      status.auth.ing()
      try {
        await ask(options, target, page || topPage())
      } catch (error) {
        status.auth.fail(error)
        throw error
      }
    }
    const user = /** @type {import('../types').UserInfo} */ (session.user())
    status.auth.success(user)
    return user
  }

  return {
    currentStep,
    getAuthStep: currentStep,
    missing,
    nextStep,
    mustAuth,
    /** @template {import('../types').Callable} F @param {Options} options @param {F} fn */
    withAuth: (options, fn) => guard(() => mustAuth(options), fn),
    /** @param {{backTo?: string} | undefined} options of the authorisation page, as onLoad got them */
    backFromAuth: (options) => comeBack(platform, options)
  }
}

module.exports = { createAuth }
