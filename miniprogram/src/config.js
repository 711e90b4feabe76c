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

/** @typedef {[fallback: any, allowed: (value: any) => boolean]} Rule */

const isString = (/** @type {any} */ v) => typeof v === 'string'
const isText = (/** @type {any} */ v) => isString(v) && v !== ''
const isPath = (/** @type {any} */ v) => isString(v) && v[0] === '/'
const isFunction = (/** @type {any} */ v) => typeof v === 'function'
const isObject = (/** @type {any} */ v) => typeof v === 'object' && v !== null && !Array.isArray(v)
const isRegExp = (/** @type {any} */ v) => Object.prototype.toString.call(v) === '[object RegExp]'
const isBaseURL = (/** @type {any} */ v) => isString(v) && /^https?:\/\/[^/?#@\\\s]+(\/[^?#\s]*)?$/i.test(v)
const isPattern = (/** @type {any} */ v) => isText(v) || isRegExp(v) || isFunction(v)
const isCallbacks = (/** @type {any} */ v) => isObject(v) && Object.keys(v).every((k) => v[k] === undefined || isFunction(v[k]))
const isStorage = (/** @type {any} */ v) => isObject(v) && [v.get, v.set, v.clear].every(isFunction)
const STEPS = ['unionid', 'user', 'phone']
const isOrder = (/** @type {any} */ v) => Array.isArray(v) && v.every((step, at) => STEPS.indexOf(step) >= 0 && v.indexOf(step) === at) &&
  v.indexOf('user') >= 0 && v.indexOf('phone') >= 0
const isOrigins = (/** @type {any} */ v) => Array.isArray(v) && v.every((one) => isString(one) && /^https?:\/\/[^/?#@\\\s]+\/?$/i.test(one))
const isTexts = (/** @type {any} */ v) => isObject(v) && Object.keys(v).every((k) => isString(v[k]))
/** @type {(low: number, high?: number) => (v: any) => boolean} */
const isCount = (low, high = Infinity) => (v) => Math.floor(v) === v && v >= low && v <= high
const isDuration = (/** @type {any} */ v) => typeof v === 'number' && v > 0 && v <= 0x7fffffff

/** @type {{[name: string]: Rule}} */
const RULES = {
  'baseURL': [undefined, isBaseURL],
  'paths.login': ['/wx/onlogin', isPath],
  'paths.logout': ['/wx/logout', isPath],
  'paths.updateUser': ['/wx/updateuser', isPath],
  'paths.updatePhone': ['/wx/updatephone', isPath],
  'paths.unbindPhone': ['/wx/unbindphone', isPath],
  'paths.checkSession': ['/wx/checksession', isPath],
  'paths.updateAvatar': ['/wx/updateavatar', isPath],
  'paths.sessions': ['/wx/sessions', isPath],
  'whitelist': [[], (v) => Array.isArray(v) && v.every(isPattern)],
  'tokenHeader': ['Authorization', (v) => isString(v) && /^[\w-]+$/.test(v)],
  'origins': [[], isOrigins],
  'header': [null, (v) => isObject(v) || isFunction(v)],
  'maxConcurrent': [8, isCount(1, CEILING)],
  'timeout': [10000, isDuration],
  'uploadTimeout': [60000, isDuration],
  'refresh.maxTries': [3, isCount(1)],
  'refresh.restoreTime': [5000, isDuration],
  'refresh.maxQueue': [100, isCount(0)],
  'retry': [0, isCount(0)],
  'unwrap': [false, (v) => typeof v === 'boolean' || isFunction(v)],
  'steps': [['user', 'phone'], isOrder],
  'authPage': ['/pages/auth/index', isPath],
  'appid': ['', isText],
  'device': [null, (v) => v === false || isText(v) || isFunction(v)],
  'loginData': [null, (v) => isObject(v) || isFunction(v)],
  'texts': [{}, isTexts],
  'share': [null, (v) => Boolean(partsOf(v))],
  'ui': ['default', (v) => v === 'default' || v === 'silent' || v === 'article' || isCallbacks(v)],
  'storage': [null, isStorage],
  'codeOf': [null, isFunction],
  'hooks': [{}, isCallbacks],
  'wx': [undefined, (v) => isObject(v) || isFunction(v)]
}

/** @param {string} field the argument that is missing or wrong */
function badConfig(field) {
  return new MpAuthError('BAD_CONFIG', 'bad ' + field, { field })
}

/**
 * @param {string} field
 * @param {any} given undefined: the default
 */
function setting(field, given) {
  const [fallback, allowed] = RULES[field]
  if (given === undefined && fallback !== undefined) return fallback
  if (!allowed(given)) throw badConfig(field)
  return given
}

/** @returns {any} the platform's object, if this runs on the platform */
function globalWx() {
  return typeof wx === 'undefined' ? undefined : wx
}

/**
 * @param {any} given
 * @returns {any}
 */
function readConfig(given) {
  if (!isObject(given)) throw badConfig('config')
  const source = Object.assign({}, given, given.wx === undefined && { wx: globalWx() })
  /** @type {any} */
  const config = { paths: {}, refresh: {} }
  for (const field of Object.keys(RULES)) {
    const [name, member] = field.split('.')
    if (member) {
      const group = source[name] === undefined ? {} : source[name]
      if (!isObject(group)) throw badConfig(name)
      config[name][member] = setting(field, group[member])
    } else {
      config[name] = setting(field, source[name])
    }
  }
  config.baseURL = config.baseURL.replace(/\/+$/, '')
  return config
}

module.exports = { readConfig, badConfig }
