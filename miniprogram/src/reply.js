// SPDX-License-Identifier: MIT
/*
 * reply.js: what came back.
 *
 *   replyOf(res)        {statusCode, header, data, requestId}, data parsed
 *   codeOf(reply)          the code of a reply by the rules of wxlogin
 *   errorOf(reply, code)   the same as an error
 *   dataOf(reply)          `data` of a wxlogin reply, or throws its error
 *
 * Header names come in any case, depending on the phone.  uploadFile hands
 * over a string, downloadFile no body at all.
 */
'use strict'

const { MpAuthError } = require('./errors')

/** @typedef {import('../types/parts').Reply} Reply */
/** @typedef {import('../types').Json} Json */

/**
 * @param {{[name: string]: string} | undefined} header
 * @param {string} name in lower case
 * @returns {string | undefined}
 */
function headerOf(header, name) {
  const key = Object.keys(header || {}).find((other) => other.toLowerCase() === name)
  return key === undefined || !header ? undefined : String(header[key])
}

/** @param {unknown} text @returns {Json} */
function parse(text) {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch (notJson) {
    return text
  }
}

/**
 * @param {import('../types/parts').PlatformResult} res of request, uploadFile or downloadFile
 * @param {boolean} [isText] the platform leaves the body unparsed
 * @returns {Reply}
 */
function replyOf(res, isText) {
  const header = res.header || {}
  return {
    statusCode: res.statusCode || 0,
    header,
    data: isText ? parse(res.data) : res.data,
    requestId: headerOf(header, 'x-request-id')
  }
}

/**
 * HTTP 401 is a refusal whatever the body is; a web server or a proxy may have
 * written it.
 * @param {{statusCode: number, data?: unknown}} reply
 * @returns {string | number | undefined}
 */
function codeOf(reply) {
  const body = parse(reply.data)
  const code = body && body.code
  if (reply.statusCode === 401 && code !== 'AUTH_INVALID') return 'AUTH_EXPIRED'
  return code
}

/**
 * @param {Reply} reply
 * @param {string} code
 * @param {object} [extra] in place of what the reply says
 */
function errorOf(reply, code, extra) {
  const { message, field } = parse(reply.data) || {}
  const seconds = Number(headerOf(reply.header, 'retry-after'))
  return new MpAuthError(code, message, Object.assign(
    { requestId: reply.requestId, response: reply },
    field && { field },
    seconds > 0 && { retryAfter: seconds * 1000 },
    extra
  ))
}

/**
 * @param {Reply} reply
 * @returns {Json}
 */
function dataOf(reply) {
  const body = parse(reply.data)
  const code = body && body.code
  const success = reply.statusCode >= 200 && reply.statusCode < 300
  if (success && code === 'OK' && body.data) return body.data
  if (code && typeof code === 'string' && code !== 'OK') throw errorOf(reply, code)
  throw rejected(reply, 'no wxlogin reply')
}

/**
 * @param {Reply} reply
 * @param {string} why
 */
function rejected(reply, why) {
  return errorOf(reply, 'LOGIN_REJECTED', { message: `HTTP ${reply.statusCode}: ${why}` })
}

module.exports = { replyOf, codeOf, errorOf, dataOf, rejected }
