// SPDX-License-Identifier: MIT
/*
 * network.js: wx.request, as fetch does it, with the platform's rules:
 *
 *   - at most ten at once; the eleventh fails, or waits where `patient`
 *   - any HTTP status is a success
 *   - data of a GET goes into the query, of all else into the body, as JSON
 *     unless the content-type says form
 *   - a body that is JSON is parsed
 *
 * uploadFile and downloadFile of the platform are not here: the example has
 * nothing to carry.
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

/** The token that a login brought dies before it arrives. */
async function spoil(data) {
  const token = data && data.data && data.data.token
  if (!token) return
  await fetch('/wx/logout', { method: 'POST', headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' }, body: '{}' })
}

/**
 * @param {import('../types').World} world
 * @param {{patient?: boolean}} [options]
 * @returns {{request(options: import('../types').RequestOptions): {abort(): void}}}
 */
export function createNetwork(world, { patient = false } = {}) {
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

  /** @param {import('../types').RequestOptions} options @param {AbortSignal} signal */
  async function exchange(options, signal) {
    if (!/^https?:\/\//.test(options.url || '')) throw new Error('invalid url')
    await enter()
    try {
      if (world.switches.offline) throw new Error(OFFLINE)
      const { target, init } = asFetch(options)
      const reply = await fetch(target, { ...init, signal })
      const data = parse(await reply.text())
      if (world.switches.useless) await spoil(data)
      return { statusCode: reply.status, data, header: Object.fromEntries(reply.headers), cookies: [] }
    } finally {
      leave()
    }
  }

  /** @param {import('../types').RequestOptions} options */
  function request(options) {
    const control = new AbortController()
    const path = String(options.url).replace(/^https?:\/\/[^/]*/, '')
    const end = world.begin({ name: 'request', method: options.method || 'GET', path, open: open + 1 })
    exchange(options, control.signal).then((reply) => {
      end({ status: reply.statusCode, code: reply.data && reply.data.code, requestId: reply.header['x-request-id'] })
      return { errMsg: 'request:ok', ...reply }
    }).catch((error) => {
      const words = control.signal.aborted ? 'abort' : error.message
      end({ words })
      throw { errMsg: 'request:fail ' + words }
    }).then(
      (reply) => (options.success && options.success(reply), options.complete && options.complete(reply)),
      (failure) => (options.fail && options.fail(failure), options.complete && options.complete(failure)))
    return { abort: () => control.abort() }
  }

  return { request }
}
