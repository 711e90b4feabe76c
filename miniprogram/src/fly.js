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

/** Takes over `use` of an interceptor. @param {any} interceptor */
function intercept(interceptor) {
  const { use, handler, onerror } = interceptor
  /** @type {any} */
  const own = { handler, onerror }
  interceptor.use = (/** @type {any} */ handler, /** @type {any} */ onerror) => Object.assign(own, { handler, onerror })
  return {
    /** The instance's own handler as flyio would run it, but as a promise whatever it does; none passes the value on. */
    run: (/** @type {'handler' | 'onerror'} */ name, /** @type {any} */ value) => new Promise((done) => {
      const result = own[name] ? own[name].call(interceptor, value, Promise) : undefined
      done(result === undefined ? value : result)
    }),
    restore: () => Object.assign(interceptor, { use }, own)
  }
}

/**
 * @param {any} fly an instance of flyio
 * @param {any} client of createClient
 * @returns {() => void} detaches
 */
function attachFly(fly, client) {
  const parts = partsOf(client)
  if (!parts) throw badConfig('client')
  if (!fly || !fly.interceptors) throw badConfig('fly')
  const { config, session, scope } = parts
  const { request, response } = fly.interceptors
  const ownRequest = intercept(request)
  const ownResponse = intercept(response)
  /** What is known of a request: {token, repeated}. @type {WeakMap<object, any>} */
  const known = new WeakMap()

  /** @param {any} options of the request */
  request.handler = async (options) => {
    const repeated = known.has(options) // it has been through the own interceptor
    const sent = repeated ? options : await ownRequest.run('handler', options)
    if (sent !== options || !calling('whitelist', () => scope.needsLogin(options, resolve(options.baseURL || '', options.url)))) return sent
    await session.ready(options.byUser)
    const token = session.token()
    options.headers = scope.withToken(options.headers, token)
    known.set(options, { token, repeated })
    return options
  }

  /** @param {any} reply of flyio @param {any} options of its request */
  async function settle({ status: statusCode, headers: header, data }, options) {
    const sent = known.get(options)
    if (!sent) return undefined
    const reply = { statusCode, header, data }
    const code = calling('codeOf', () => (config.codeOf || codeOf)(reply))
    const again = await judge(parts, Object.assign({ reply, code, request: nameOf(options.method, options.url), replay: options.replay !== false, byUser: options.byUser }, sent))
    if (!again) return undefined
    const copy = Object.assign({}, options)
    known.set(copy, { repeated: true })
    return fly.request(copy)
  }

  /** @param {any} reply */
  response.handler = async (reply) => (await settle(reply, reply.request)) || ownResponse.run('handler', reply)

  /** @param {any} error of flyio, with a response when there was one */
  response.onerror = async (error) => {
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
