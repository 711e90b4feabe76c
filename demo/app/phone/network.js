// SPDX-License-Identifier: MIT
/*
 * network.js: wx.request and wx.uploadFile, as fetch does them, with the
 * platform's rules:
 *
 *   - at most ten at once; the eleventh fails, or waits where `patient`
 *   - any HTTP status is a success
 *   - data of a GET goes into the query, of all else into the body, as JSON
 *     unless the content-type says form
 *   - a body that is JSON is parsed; that of an upload stays text
 *
 * downloadFile of the platform is not here: the example has nothing to fetch.
 */

const LIMIT = 10
const OFFLINE = 'net::ERR_INTERNET_DISCONNECTED'

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch (plain) {
    return text
  }
}

/** @param {unknown} data @param {Headers} headers */
function bodyOf(data, headers) {
  if (data === undefined || typeof data === 'string') return data
  if (/urlencoded/.test(headers.get('content-type'))) return String(new URLSearchParams(/** @type {Record<string, string>} */ (data)))
  return JSON.stringify(data)
}

/** @param {import('../types').RequestOptions} options */
function asFetch({ url, method = 'GET', data, header }) {
  const headers = new Headers({ 'content-type': 'application/json', ...header })
  const target = new URL(url)
  const init = { method, headers, cache: /** @type {const} */ ('no-store') }
  if (method !== 'GET') return { target, init: { ...init, body: bodyOf(data, headers) } }
  for (const [key, value] of Object.entries(data || {})) target.searchParams.append(key, String(value))
  return { target, init }
}

/** A file of the phone as multipart form. @param {import('../types').UploadOptions} options @param {(path: string) => string} fileAt */
async function asUpload({ url, filePath, name, formData, header }, fileAt) {
  const address = fileAt(filePath)
  if (!address) throw new Error('file not found')
  const body = new FormData()
  for (const [key, value] of Object.entries(formData || {})) body.append(key, value)
  body.append(name, await (await fetch(address)).blob(), 'picture.png')
  const headers = new Headers(header)
  // The browser's own, which knows the boundary.
  headers.delete('content-type')
  return { target: new URL(url), init: { method: 'POST', headers, body } }
}

/** The token that a login brought dies before it arrives. */
async function spoil(data) {
  const token = data && data.data && data.data.token
  if (!token) return
  await fetch('/wx/logout', { method: 'POST', headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' }, body: '{}' })
}

/**
 * @param {import('../types').World} world
 * @param {{patient?: boolean, fileAt?: (path: string) => string}} [options] fileAt: the address of a file on the phone
 * @returns {{request(options: import('../types').RequestOptions): {abort(): void}, uploadFile(options: import('../types').UploadOptions): {abort(): void}}}
 */
export function createNetwork(world, { patient = false, fileAt = () => '' } = {}) {
  let open = 0
  /** @type {(() => void)[]} those who wait for one of the ten */
  const waiting = []

  /** Takes one of the ten. */
  async function enter() {
    if (open >= LIMIT && !patient) throw new Error('exceed max task count')
    if (open >= LIMIT) await new Promise((go) => waiting.push(() => go(undefined)))
    else open++
  }

  /** Hands it on, or gives it back. */
  function leave() {
    const next = waiting.shift()
    if (next) next()
    else open--
  }

  /**
   * @param {import('../types').RequestOptions} options
   * @param {() => {target: URL, init: RequestInit} | Promise<{target: URL, init: RequestInit}>} prepare
   * @param {AbortSignal} signal
   */
  async function exchange(options, prepare, signal) {
    if (!/^https?:\/\//.test(options.url || '')) throw new Error('invalid url')
    await enter()
    try {
      if (world.switches.offline) throw new Error(OFFLINE)
      const { target, init } = await prepare()
      const reply = await fetch(target, { ...init, signal })
      const text = await reply.text()
      const data = parse(text)
      if (world.switches.useless) await spoil(data)
      return { statusCode: reply.status, text, data, header: Object.fromEntries(reply.headers), cookies: [] }
    } finally {
      leave()
    }
  }

  /**
   * @param {'request' | 'uploadFile'} api
   * @param {import('../types').RequestOptions} options
   * @param {() => {target: URL, init: RequestInit} | Promise<{target: URL, init: RequestInit}>} prepare
   */
  function send(api, options, prepare) {
    const control = new AbortController()
    const path = String(options.url).replace(/^https?:\/\/[^/]*/, '')
    const end = world.begin({ name: 'request', method: api === 'uploadFile' ? 'POST' : options.method || 'GET', path, open: open + 1 })
    exchange(options, prepare, control.signal).then(({ text, data, ...reply }) => {
      end({ status: reply.statusCode, code: data && data.code, requestId: reply.header['x-request-id'] })
      return { errMsg: api + ':ok', ...reply, data: api === 'uploadFile' ? text : data }
    }).catch((error) => {
      const words = control.signal.aborted ? 'abort' : error.message
      end({ words })
      throw { errMsg: `${api}:fail ${words}` }
    }).then(
      (reply) => (options.success && options.success(reply), options.complete && options.complete(reply)),
      (failure) => (options.fail && options.fail(failure), options.complete && options.complete(failure)))
    return { abort: () => control.abort() }
  }

  return {
    request: (options) => send('request', options, () => asFetch(options)),
    uploadFile: (options) => send('uploadFile', options, () => asUpload(options, fileAt))
  }
}
