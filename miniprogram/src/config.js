// SPDX-License-Identifier: MIT
/*
 * config.js: the settings of a client: name, default, what is allowed.
 *
 * readConfig(given) returns all of them, checked; a missing or wrong value
 * throws BAD_CONFIG with the setting's name in `field`.  Unknown keys are
 * ignored, so that a newer configuration works with an older package.
 */
'use strict'

const { MpAuthError } = require('./errors')
const { CEILING } = require('./limiter')
const { partsOf } = require('./parts')

/** @typedef {(value: unknown) => boolean} Check */
/** @typedef {[fallback: unknown, allowed: Check]} Rule */
/** @typedef {{[name: string]: unknown}} Members */

const ORIGIN = /^https?:\/\/[^/?#@\\\s]+\/?$/i
const BASE_URL = /^https?:\/\/[^/?#@\\\s]+(\/[^?#\s]*)?$/i
const STEPS = ['unionid', 'user', 'phone']

/** @type {(v: unknown) => v is string} */
const isString = (v) => typeof v === 'string'
/** @type {(v: unknown) => v is Members} */
const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v)
/** @type {(pattern: RegExp) => Check} */
const isLike = (pattern) => (v) => isString(v) && pattern.test(v)
/** @type {(...checks: Check[]) => Check} */
const isOneOf = (...checks) => (v) => checks.some((check) => check(v))
/** @type {(check: Check) => Check} */
const isListOf = (check) => (v) => Array.isArray(v) && v.every(check)
/** @type {(check: Check) => Check} */
const isObjectOf = (check) => (v) => isObject(v) && Object.keys(v).every((k) => check(v[k]))
/** @type {(low: number, high?: number) => Check} */
const isCount = (low, high = Infinity) => (v) => typeof v === 'number' && Math.floor(v) === v && v >= low && v <= high
/** @type {(...values: unknown[]) => Check} */
const is = (...values) => (v) => values.indexOf(v) >= 0

const isText = isLike(/[^]/)
const isPath = isLike(/^\//)
/** @type {Check} */
const isFunction = (v) => typeof v === 'function'
/** @type {Check} */
const isRegExp = (v) => Object.prototype.toString.call(v) === '[object RegExp]'
const isCallbacks = isObjectOf(isOneOf(is(undefined), isFunction))
/** @type {Check} */
const isStorage = (v) => isObject(v) && [v.get, v.set, v.clear].every(isFunction)
/** @type {Check} */
const isOrder = (v) => isListOf(is(...STEPS))(v) && /** @type {string[]} */ (v).every((step, at, all) => all.indexOf(step) === at) &&
  STEPS.slice(1).every((step) => /** @type {string[]} */ (v).indexOf(step) >= 0)
/** @type {Check} */
const isDuration = (v) => typeof v === 'number' && v > 0 && v <= 0x7fffffff

/** @type {{[name: string]: Rule}} */
const RULES = {
  'baseURL': [undefined, isLike(BASE_URL)],
  'paths.login': ['/wx/onlogin', isPath],
  'paths.logout': ['/wx/logout', isPath],
  'paths.updateUser': ['/wx/updateuser', isPath],
  'paths.updatePhone': ['/wx/updatephone', isPath],
  'paths.unbindPhone': ['/wx/unbindphone', isPath],
  'paths.checkSession': ['/wx/checksession', isPath],
  'paths.updateAvatar': ['/wx/updateavatar', isPath],
  'paths.sessions': ['/wx/sessions', isPath],
  'whitelist': [[], isListOf(isOneOf(isText, isRegExp, isFunction))],
  'origins': [[], isListOf(isLike(ORIGIN))],
  'tokenHeader': ['Authorization', isLike(/^[\w-]+$/)],
  'header': [null, isOneOf(isObject, isFunction)],
  'maxConcurrent': [8, isCount(1, CEILING)],
  'timeout': [10000, isDuration],
  'uploadTimeout': [60000, isDuration],
  'refresh.maxTries': [3, isCount(1)],
  'refresh.restoreTime': [5000, isDuration],
  'refresh.maxQueue': [100, isCount(0)],
  'retry': [0, isCount(0)],
  'unwrap': [false, isOneOf(is(true, false), isFunction)],
  'steps': [['user', 'phone'], isOrder],
  'authPage': ['/pages/auth/index', isPath],
  'appid': ['', isText],
  'device': [null, isOneOf(is(false), isText, isFunction)],
  'loginData': [null, isOneOf(isObject, isFunction)],
  'texts': [{}, isObjectOf(isString)],
  'share': [null, (v) => Boolean(partsOf(v))],
  'ui': ['default', isOneOf(is('default', 'article', 'silent'), isCallbacks)],
  'storage': [null, isStorage],
  'codeOf': [null, isFunction],
  'hooks': [{}, isCallbacks],
  'wx': [undefined, isOneOf(isObject, isFunction)]
}

/** @param {string} field the argument that is missing or wrong */
function badConfig(field) {
  return new MpAuthError('BAD_CONFIG', 'bad ' + field, { field })
}

/**
 * @param {string} field
 * @param {unknown} given undefined: the default
 */
function setting(field, given) {
  const [fallback, allowed] = RULES[field]
  if (given === undefined && fallback !== undefined) return fallback
  if (!allowed(given)) throw badConfig(field)
  return given
}

/** @returns {unknown} the platform's object, if this runs on the platform */
function globalWx() {
  return typeof wx === 'undefined' ? undefined : wx
}

/**
 * @param {unknown} given
 * @returns {import('../types/parts').Settings}
 */
function readConfig(given) {
  if (!isObject(given)) throw badConfig('config')
  const source = Object.assign({}, given, given.wx === undefined && { wx: globalWx() })
  /** @type {Members} */
  const config = {}
  for (const field of Object.keys(RULES)) {
    const [name, member] = field.split('.')
    const group = source[name]
    if (member) {
      if (group !== undefined && !isObject(group)) throw badConfig(name)
      config[name] = Object.assign({}, config[name], { [member]: setting(field, group && group[member]) })
    } else {
      config[name] = setting(field, group)
    }
  }
  config.baseURL = String(config.baseURL).replace(/\/+$/, '')
  return /** @type {import('../types/parts').Settings} */ (/** @type {unknown} */ (config))
}

module.exports = { readConfig, badConfig }
