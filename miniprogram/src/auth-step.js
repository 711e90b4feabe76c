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
 */
'use strict'

/** Steps of authorisation. */
const AuthStep = Object.freeze({ ONE: 1, TWO: 2, THREE: 3 })

/** @param {any} user or null */
const hasUser = (user) => Boolean(user && user.nickname)

/** @param {any} user or null */
const hasPhone = (user) => Boolean(user && user.phone)

/** @type {{[step: string]: (user: any) => boolean}} */
const DONE = { user: hasUser, phone: hasPhone }

/**
 * @param {string[]} steps in order
 * @param {any} user or null
 * @returns {number} an AuthStep
 */
function stepOf(steps, user) {
  const open = steps.findIndex((step) => !DONE[step](user))
  return open < 0 ? AuthStep.THREE : AuthStep.ONE + open
}

module.exports = { AuthStep, stepOf, hasUser, hasPhone }
