// SPDX-License-Identifier: MIT
/*
 * auth-step.js: how far a user has come, computed from the user data alone.
 *
 *   ONE    a session, nothing more
 *   TWO    the first of `steps` is done
 *   THREE  both are
 *
 * A later step counts only when the earlier one is done: a user with a phone
 * number and no nickname is at ONE (and at THREE as soon as there is one).
 * With `unionid` among the steps, a user without one is at ONE, whatever else
 * he has.
 *
 * What is needed can also be said without a line: a list of requirements.
 */
'use strict'

/** @typedef {import('../types/parts').Requirement} Requirement */
/** @typedef {import('../types').UserInfo | null} User */

/** Steps of authorisation. */
const AuthStep = Object.freeze({ ONE: 1, TWO: 2, THREE: 3 })

/** @type {{[requirement: string]: (user: User) => boolean}} */
const DONE = {
  unionid: (user) => Boolean(user && user.hasUnionId),
  user: (user) => Boolean(user && user.nickname),
  phone: (user) => Boolean(user && user.phone)
}

/** Those that have a number. @param {Requirement[]} steps */
const lineOf = (steps) => steps.filter((step) => step !== 'unionid')

/**
 * @param {Requirement[]} need
 * @param {User} user
 * @returns {Requirement[]} what is not there yet
 */
const missingOf = (need, user) => need.filter((requirement) => !DONE[requirement](user))

/**
 * @param {Requirement[]} steps in order
 * @param {number} step an AuthStep
 * @returns {Requirement[]} what it takes
 */
function needOf(steps, step) {
  const line = lineOf(steps).slice(0, step - 1)
  return steps.filter((one) => (one === 'unionid' ? step > AuthStep.ONE : line.indexOf(one) >= 0))
}

/**
 * @param {Requirement[]} steps in order
 * @param {User} user
 * @returns {number} an AuthStep
 */
function stepOf(steps, user) {
  const reached = [AuthStep.THREE, AuthStep.TWO].find((step) => missingOf(needOf(steps, step), user).length === 0)
  return reached || AuthStep.ONE
}

/**
 * @param {Requirement[]} steps in order
 * @param {Requirement[]} need
 * @returns {number} the AuthStep that takes at least this
 */
const stepFor = (steps, need) => need.reduce((/** @type {number} */ step, one) => Math.max(step, one === 'unionid' ? AuthStep.TWO : lineOf(steps).indexOf(one) + 2), AuthStep.ONE)

module.exports = { AuthStep, DONE, missingOf, needOf, stepOf, stepFor }
