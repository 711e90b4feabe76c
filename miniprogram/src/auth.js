// SPDX-License-Identifier: MIT
/*
 * auth.js: asking the user for more than a session.
 *
 *   steps                their order
 *   currentStep()        from the user data, nothing remembered
 *   nextStep(detail)     does the step that is open with the event's detail
 *   mustAuth(options)    resolves when the step is reached; AUTH_CANCELLED when
 *                        the popup is closed, AUTH_REDIRECTED when the page is left
 *   backFromAuth(opts)   the way back from the authorisation page
 *   withAuth(opts, fn)   see guard.js
 *
 * status.auth follows mustAuth: ing while a popup is open, success, fail.
 */
'use strict'

const { MpAuthError } = require('./errors')
const { badConfig } = require('./config')
const { AuthStep, stepOf } = require('./auth-step')
const { topPage, leaveFor, comeBack } = require('./pages')
const { guard } = require('./guard')

const DEFAULTS = { mustAuthStep: AuthStep.TWO, popupCompName: 'auth-popup', mode: 'popup' }

/** @param {any} given */
function readOptions(given) {
  const options = Object.assign({}, DEFAULTS, given)
  if ([1, 2, 3].indexOf(options.mustAuthStep) < 0) throw badConfig('mustAuthStep')
  if (['popup', 'page'].indexOf(options.mode) < 0) throw badConfig('mode')
  return options
}

/**
 * @param {any} page
 * @param {string} name id of the popup component
 */
function popupOn(page, name) {
  const popup = page && page.selectComponent && page.selectComponent('#' + name)
  return popup && popup.open ? popup : null
}

/** @param {{config: any, platform: any, session: import('./session').Session, account: any, status: any}} parts */
function createAuth({ config, platform, session, account, status }) {
  /** @type {Array<{on: any, outcome: Promise<any>}>} popups that are open, pages that are being left */
  let pending = []

  /** @returns {number} */
  function currentStep() {
    return stepOf(config.steps, session.user())
  }

  /**
   * @param {any} detail of the component's event
   * @returns {Promise<number>} the new step
   */
  async function nextStep(detail) {
    await session.login({ byUser: true })
    const step = currentStep()
    if (step === AuthStep.THREE) return step
    await (config.steps[step - 1] === 'user' ? account.updateUser(detail) : account.updatePhone(detail))
    const reached = currentStep()
    if (reached === AuthStep.THREE) status.auth.success(session.user())
    return reached
  }

  /**
   * Runs what is not running yet for `on`; all who ask meanwhile share its outcome.
   * @param {any} on a popup or a page
   * @param {() => any} run
   */
  async function share(on, run) {
    const same = pending.find((other) => other.on === on)
    if (same) return same.outcome
    const outcome = Promise.resolve(run())
    const end = () => {
      pending = pending.filter((other) => other.outcome !== outcome)
    }
    pending.push({ on, outcome })
    outcome.then(end, end)
    await outcome
  }

  /**
   * @param {any} options
   * @param {any} page
   */
  async function ask({ mode, popupCompName, mustAuthStep }, page) {
    const popup = mode === 'popup' && popupOn(page, popupCompName)
    if (!popup) {
      await share(page, () => leaveFor(platform, config.authPage, page, mustAuthStep))
      throw new MpAuthError('AUTH_REDIRECTED', config.authPage)
    }
    await share(popup, () => popup.open({ mustAuthStep }))
    if (currentStep() < mustAuthStep) throw new MpAuthError('AUTH_CANCELLED', 'closed')
  }

  /**
   * @param {any} [given]
   * @returns {Promise<any>} the user data
   */
  async function mustAuth(given) {
    const options = readOptions(given)
    // The page of the tap, whatever is on top when the login is through.
    const page = options.context || topPage()
    await session.login({ byUser: true })
    if (currentStep() < options.mustAuthStep) {
      status.auth.ing()
      try {
        await ask(options, page || topPage())
      } catch (error) {
        status.auth.fail(error)
        throw error
      }
    }
    const user = session.user()
    status.auth.success(user)
    return user
  }

  return {
    steps: config.steps,
    currentStep,
    nextStep,
    mustAuth,
    /** @param {any} options @param {Function} fn */
    withAuth: (options, fn) => guard(() => mustAuth(options), fn),
    /** @param {any} options of the authorisation page, as onLoad got them */
    backFromAuth: (options) => comeBack(platform, options)
  }
}

module.exports = { createAuth }
