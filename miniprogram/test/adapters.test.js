// SPDX-License-Identifier: MIT
/*
 * adapters.test.js: axios and alova on top of a client: one session with
 * everybody else's requests.  With SDK=dist the adapters that are published.
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { createAlova } = require('alova')
const axios = require('axios')
const { scene, outcome, times, BASE } = require('./support/scene')

const root = join(__dirname, '..', process.env.SDK === 'dist' ? 'miniprogram_dist' : '.')
const { axiosAdapter } = require(join(root, 'adapters', 'axios'))
const { alovaAdapter } = require(join(root, 'adapters', 'alova'))

const createHttp = (client, config) => axios.create(Object.assign({ baseURL: BASE, adapter: axiosAdapter(client) }, config))

test('axios: 5 requests with an expired session beside the client\'s own: one login, all succeed', scene(async ({ clock, client, backend, phone }) => {
  const http = createHttp(client)
  await clock.until(http.get('/app/x'))
  backend.expire()
  const replies = await clock.until(Promise.all([...times(5, (i) => http.post('/app/' + i, { i })), client.get('/app/own')]))
  assert.deepEqual(replies.slice(0, 5).map(({ status, data }) => [status, data.data.data]), times(5, (i) => [200, JSON.stringify({ i })]))
  assert.equal(phone.count('login'), 2)
}))

test('axios: params, headers, needLogin, timeout', scene(async ({ clock, client, phone }) => {
  const http = createHttp(client)
  await clock.until(http.get('/app/x', { params: { q: 'a b', tag: [1, 2], none: null }, headers: { 'X-Mine': '1' }, timeout: 5000 }))
  const { url, header, timeout } = phone.calls.at(-1).options
  assert.equal(url, BASE + '/app/x?q=a%20b&tag%5B%5D=1&tag%5B%5D=2')
  assert.equal(header['X-Mine'], '1')
  assert.equal(timeout, 5000)
  assert.equal(header['Content-Type'] || header['content-type'], undefined)
  const refused = await clock.until(http.get('/app/x', { needLogin: false }).catch((error) => error))
  assert.deepEqual([refused.isAxiosError, refused.response.status], [true, 401])
}))

test('axios: a status it does not like is its own error; what the client rejects with stays', scene(async ({ clock, client, backend, phone, sdk }) => {
  const http = createHttp(client)
  await clock.until(client.session.login())
  backend.fault('/app/x', 'BUSY')
  const error = await clock.until(http.get('/app/x').catch((e) => e))
  assert.deepEqual([error.isAxiosError, error.response.status, error.response.data.code], [true, 503, 'BUSY'])
  assert.equal((await clock.until(createHttp(client, { validateStatus: () => true }).get('/app/none'))).status, 200)
  phone.offline = true
  assert.ok((await clock.until(http.get('/app/x').catch((e) => e))) instanceof sdk.MpAuthError)
}))

test('axios: cancelled: rejects at once, the request is cut off', scene(async ({ clock, client, phone }) => {
  await clock.until(client.session.login())
  const source = axios.CancelToken.source()
  const end = createHttp(client).get('/app/x', { cancelToken: source.token }).catch((error) => error)
  await clock.settle()
  source.cancel('enough')
  assert.ok(axios.isCancel(await clock.until(end)))
  await clock.settle()
  assert.equal(phone.calls.at(-1).aborted, true)
}))

/** alova keeps replies by default: not here. */
const createApi = (client) => createAlova({ baseURL: BASE, requestAdapter: alovaAdapter(client), cacheFor: null, responded: ({ data, statusCode, tempFilePath }) => tempFilePath || [statusCode, data.data] })

test('alova: 5 methods with an expired session beside the client\'s own: one login, all succeed', scene(async ({ clock, client, backend, phone }) => {
  const api = createApi(client)
  await clock.until(api.Get('/app/x').send())
  backend.expire()
  const replies = await clock.until(Promise.all([...times(5, (i) => api.Post('/app/' + i, { i }).send()), client.get('/app/own')]))
  assert.deepEqual(replies.slice(0, 5), times(5, (i) => [200, { path: '/app/' + i, data: { i } }]))
  assert.equal(phone.count('login'), 2)
}))

test('alova: options of a method, abort, upload with progress, download', scene(async ({ clock, client, phone }) => {
  const api = createApi(client)
  assert.deepEqual((await clock.until(api.Get('/app/x', { needLogin: false, headers: { 'X-Mine': '1' } }).send()))[0], 401)
  assert.equal(phone.calls.at(-1).options.header['X-Mine'], '1')
  await clock.until(client.session.login())
  const method = api.Get('/app/y')
  const end = outcome(method.send())
  await clock.settle()
  method.abort()
  assert.notEqual((await clock.until(end))[0], 200)
  const upload = api.Post('/app/u', { filePath: 'wxfile://a', name: 'file', note: 'n' }, { requestType: 'upload' })
  const progress = []
  upload.onUpload((event) => progress.push(event.loaded / event.total))
  const uploading = upload.send()
  await clock.settle()
  phone.calls.at(-1).listeners.progress({ totalBytesSent: 1, totalBytesExpectedToSend: 2 })
  assert.equal((await clock.until(uploading))[0], 200)
  const { filePath, name, formData } = phone.calls.at(-1).options
  assert.deepEqual([filePath, name, formData, progress], ['wxfile://a', 'file', { note: 'n' }, [0.5]])
  assert.equal(await clock.until(api.Get('/app/d', { requestType: 'download' }).send()), 'wxfile://tmp/1')
}))
