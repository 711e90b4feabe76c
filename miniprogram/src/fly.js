// SPDX-License-Identifier: MIT
/*
 * fly.js: the same session behind an existing flyio instance.
 *
 * attachFly(fly, client) returns the function that takes it off again.
 *
 * flyio keeps one interceptor per side: the instance's own, set before or
 * after, stay and run inside ours.  Its lock is never used: a request that
 * fails while others wait behind it leaves them waiting for ever.  Ours always
 * return a promise: a handler that throws would be called a second time.
 * HTTP 401 comes to flyio's error handler, a code in the body to the other.
 */
'use strict'

const { badConfig } = require('./config')
const { calling } = require('./errors')
const { partsOf } = require('./parts')
const { codeOf } = require('./reply')
const { resolve } = require('./url')
const { judge, nameOf } = require('./verdict')

/** @typedef {(value: unknown, promise?: PromiseConstructor) => unknown} Handler a falsy one is none */
/** @typedef {{use: Function, handler?: Handler | null, onerror?: Handler | null}} Interceptor */
/** @typedef {{url: string, baseURL?: string, method?: string, headers?: {[name: string]: string}, replay?: boolean, byUser?: boolean}} Options */
/** @typedef {{status: number, headers: {[name: string]: string}, data: unknown, request: Options}} FlyReply */
/** @typedef {{interceptors: {request: Interceptor, response: Interceptor}, request(options: Options): Promise<unknown>}} Fly */
/** @typedef {{token: string, repeated: boolean}} Sent */

/** Takes over `use` of an interceptor. @param {Interceptor} interceptor */
function intercept(interceptor) {
  const { use, handler, onerror } = interceptor
  const own = { handler, onerror }
  interceptor.use = (/** @type {Handler} */ handler, /** @type {Handler} */ onerror) => Object.assign(own, { handler, onerror })
  return {
    /** The instance's own handler as flyio would run it, but as a promise whatever it does; none passes the value on. */
    run: (/** @type {'handler' | 'onerror'} */ name, /** @type {unknown} */ value) => new Promise((done) => {
      const run = own[name]
      const result = run ? run.call(interceptor, value, Promise) : undefined
      done(result === undefined ? value : result)
    }),
    restore: () => Object.assign(interceptor, { use }, own)
  }
}

/** @param {unknown} fly */
const isFly = (fly) => Boolean(fly && /** @type {Fly} */ (fly).interceptors)

/** @param {unknown} client of createClient, of this copy of the package */
function known(client) {
  const parts = partsOf(client)
  if (!parts) throw badConfig('client')
  return parts
}

/**
 * @param {import('../types').FlyLike} instance of flyio
 * @param {import('../types').Client} client of createClient
 * @returns {() => void} detaches
 */
function attachFly(instance, client) {
  const parts = known(client)
  if (!isFly(instance)) throw badConfig('fly')
  const fly = /** @type {Fly} */ (/** @type {unknown} */ (instance))
  const { config, session, scope } = parts
  const { request, response } = fly.interceptors
  const ownRequest = intercept(request)
  const ownResponse = intercept(response)
  /** @type {WeakMap<Options, Partial<Sent>>} */
  const sendings = new WeakMap()

  request.handler = async (given) => {
    const options = /** @type {Options} */ (given)
    const repeated = sendings.has(options) // it has been through the own interceptor
    const sent = repeated ? options : await ownRequest.run('handler', options)
    if (sent !== options || !calling('whitelist', () => scope.needsLogin(options, resolve(options.baseURL || '', options.url)))) return sent
    await session.ready(options.byUser)
    const token = session.token() || ''
    options.headers = scope.withToken(options.headers, token)
    sendings.set(options, { token, repeated })
    return options
  }

  /** @param {FlyReply} reply of flyio @param {Options} options of its request */
  async function settle({ status: statusCode, headers: header, data }, options) {
    const sent = sendings.get(options)
    if (!sent) return undefined
    const reply = { statusCode, header, data }
    const code = calling('codeOf', () => (config.codeOf || codeOf)(reply))
    const again = await judge(parts, Object.assign({ reply, code, request: nameOf(options.method, options.url), replay: options.replay !== false, byUser: options.byUser }, /** @type {Sent} */ (sent)))
    if (!again) return undefined
    const copy = Object.assign({}, options)
    sendings.set(copy, { repeated: true })
    return fly.request(copy)
  }

  response.handler = async (given) => {
    const reply = /** @type {FlyReply} */ (given)
    return (await settle(reply, reply.request)) || ownResponse.run('handler', reply)
  }

  // With a response when there was one.
  response.onerror = async (given) => {
    const error = /** @type {{response?: FlyReply, request: Options}} */ (given)
    const again = error.response && await settle(error.response, error.request)
    if (again) return again
    const result = await ownResponse.run('onerror', error)
    // As in flyio: an error that comes back as it went in is still an error.
    if (result === error) throw error
    return result
  }

  return () => {
    ownRequest.restore()
    ownResponse.restore()
  }
}

module.exports = { attachFly }
