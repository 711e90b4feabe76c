// SPDX-License-Identifier: MIT
/*
 * http-wx.js: a platform over real HTTP: wx.request as the base library has
 * it, wx.login with codes of the server's stand-in, storage in a Map.
 * Refuses to talk to anything but this machine.
 */
'use strict'

const http = require('node:http')
const { readFileSync } = require('node:fs')
const { basename } = require('node:path')

const bodyOf = (data) => (data === undefined || typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data))

function withQuery(url, method, data) {
  const target = new URL(url)
  if (target.hostname !== '127.0.0.1') throw new Error('not this machine: ' + url)
  if (method === 'GET' && data && typeof data === 'object') {
    for (const key of Object.keys(data)) target.searchParams.set(key, data[key])
  }
  return target
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch (notJson) {
    return text
  }
}

/** The options of an upload as those of a request: multipart/form-data, as the base library makes it. */
function asMultipart({ url, header, timeout, filePath, name, success, fail, complete }) {
  const boundary = 'wxlogin-' + process.pid
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${basename(filePath)}"\r\nContent-Type: image/png\r\n\r\n`
  const data = Buffer.concat([Buffer.from(head), readFileSync(filePath), Buffer.from(`\r\n--${boundary}--\r\n`)])
  const own = Object.assign({}, header, { 'content-type': 'multipart/form-data; boundary=' + boundary })
  return { url, header: own, timeout, data, method: 'POST', success, fail, complete }
}

function createHttpWx(issueCode) {
  const storage = new Map()
  const stats = { login: 0, open: 0, peak: 0, failed: 0 }

  function begin(name, options, finish) {
    const method = (options.method || 'GET').toUpperCase()
    stats.peak = Math.max(stats.peak, ++stats.open)
    const once = (callback, result) => {
      stats.open--
      if (callback) callback(result)
      if (options.complete) options.complete(result)
    }
    const request = http.request(withQuery(options.url, method, options.data), {
      method, headers: Object.assign({ 'content-type': 'application/json' }, options.header)
    }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => once(options.success, Object.assign(
        { statusCode: response.statusCode, header: response.headers, errMsg: name + ':ok' },
        finish(Buffer.concat(chunks).toString()))))
    })
    request.on('error', (error) => once(options.fail, { errMsg: `${name}:fail ${error.message}`, errno: 600001 }))
    request.end(method === 'GET' ? undefined : bodyOf(options.data))
    return { abort: () => request.destroy(new Error('abort')) }
  }

  const wx = {
    login(options) {
      stats.login++
      issueCode().then((code) => options.success({ code, errMsg: 'login:ok' }), (error) => options.fail({ errMsg: 'login:fail ' + error.message }))
    },
    checkSession: (options) => setImmediate(() => options.success({ errMsg: 'checkSession:ok' })),
    request: (options) => begin('request', options, (text) => ({ data: options.dataType && options.dataType !== 'json' ? text : parse(text) })),
    uploadFile: (options) => begin('uploadFile', asMultipart(options), (text) => ({ data: text })),
    downloadFile: (options) => begin('downloadFile', options, () => ({ tempFilePath: 'wxfile://tmp' })),
    getStorageSync: (key) => storage.get(key) || '',
    setStorageSync: (key, value) => void storage.set(key, value),
    removeStorageSync: (key) => void storage.delete(key),
    canIUse: () => true, onAppShow() {}, showLoading() {}, hideLoading() {}, showToast() {}
  }
  return { wx, stats, storage }
}

module.exports = { createHttpWx }
