// SPDX-License-Identifier: MIT
/*
 * axios.js: axios on top of a client: its requests log in and renew as the
 * client's own do.
 *
 *   import { axiosAdapter } from 'wxlogin-miniprogram/adapters/axios'
 *   const http = axios.create({ baseURL, adapter: axiosAdapter(client) })
 *
 * needLogin, replay, byUser, loading, retry and onTask are options of the
 * request.  A status that validateStatus does not like is an axios error; what
 * the client rejects with (MpAuthError) stays what it is.
 */
'use strict'

const OPTIONS = ['needLogin', 'replay', 'byUser', 'loading', 'retry', 'onTask']

/** @param {{[name: string]: unknown}} params @returns {string} */
function queryOf(params) {
  const parts = []
  for (const name of Object.keys(params || {})) {
    const values = [].concat(params[name]).filter((value) => value !== undefined && value !== null)
    const key = Array.isArray(params[name]) ? name + '[]' : name
    for (const value of values) parts.push(encodeURIComponent(key) + '=' + encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : value))
  }
  return parts.join('&')
}

/** @param {{url?: string, baseURL?: string, params?: object, paramsSerializer?: Function | {serialize?: Function}}} config */
function urlOf({ url = '', baseURL = '', params, paramsSerializer }) {
  const whole = /^https?:/i.test(url) || !baseURL ? url : baseURL.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '')
  const serialize = typeof paramsSerializer === 'function' ? paramsSerializer : (paramsSerializer && paramsSerializer.serialize) || queryOf
  const query = params ? serialize(params) : ''
  return whole + (query && (whole.indexOf('?') < 0 ? '?' : '&') + query)
}

/** @param {{toJSON?(): object}} headers as axios has them by then @param {unknown} data */
function headerOf(headers, data) {
  const header = {}
  const all = Object(headers && headers.toJSON ? headers.toJSON() : headers)
  for (const name of Object.keys(all)) {
    if (typeof all[name] === 'string' && (data !== undefined || name.toLowerCase() !== 'content-type')) header[name] = all[name]
  }
  return header
}

/** @param {{request(options: object): Promise<object> & {abort(): void}}} client of createClient */
function axiosAdapter(client) {
  return (config) => new Promise((resolve, reject) => {
    const options = { url: urlOf(config), method: (config.method || 'get').toUpperCase(), data: config.data, header: headerOf(config.headers, config.data), unwrap: false }
    for (const name of OPTIONS) if (config[name] !== undefined) options[name] = config[name]
    if (config.timeout) options.timeout = config.timeout
    if (config.responseType === 'arraybuffer') options.responseType = 'arraybuffer'
    if (config.responseType === 'text') options.dataType = 'text'
    const sending = client.request(options)
    const cancel = (reason) => {
      sending.abort()
      reject(reason)
    }
    if (config.cancelToken) config.cancelToken.promise.then(cancel)
    if (config.signal) config.signal.addEventListener('abort', () => sending.abort())
    sending.then(({ statusCode, header, data }) => {
      const response = { data, status: statusCode, statusText: '', headers: header, config, request: null }
      if (!config.validateStatus || config.validateStatus(statusCode)) return resolve(response)
      const error = new Error('Request failed with status code ' + statusCode)
      reject(Object.assign(error, { config, response, status: statusCode, code: statusCode < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE', isAxiosError: true }))
    }, reject)
  })
}

module.exports = { axiosAdapter }
