// SPDX-License-Identifier: MIT
/*
 * server.js: the server that the tests over HTTP talk to.
 *
 * With WXLOGIN_URL, a running one (its programs under /wx/).  WXLOGIN_CODE_URL
 * is where its WeChat stand-in issues login codes: POST {"user": NAME} gives
 * {"code": ...}; without it, WXLOGIN_URL/sandbox/login.
 *
 * Without WXLOGIN_URL, backend.js behind an HTTP server of this process.
 */
'use strict'

const http = require('node:http')
const { Backend } = require('./backend')

/** @returns {Promise<{statusCode: number, header: any, text: string}>} */
function ask(url, { method = 'GET', header = {}, body = undefined } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: header }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({
        statusCode: response.statusCode, header: response.headers, text: Buffer.concat(chunks).toString()
      }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

function realServer(url) {
  const codeUrl = process.env.WXLOGIN_CODE_URL || url + '/sandbox/login'
  return {
    url,
    async issueCode(user) {
      const header = { 'content-type': 'application/json' }
      const { text } = await ask(codeUrl, { method: 'POST', header, body: JSON.stringify({ user }) })
      return JSON.parse(text).code
    },
    close: async () => {}
  }
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch (form) {
    return Object.fromEntries(new URLSearchParams(text))
  }
}

/** The one part with a file name, as the backend takes it: {filePath, name, bytes}. */
function fileIn(type, body) {
  const boundary = /boundary=(\S+)/.exec(type)[1]
  const text = body.toString('latin1')
  const found = new RegExp(`--${boundary}\\r\\n[^]*?name="([^"]+)"; filename="([^"]+)"[^]*?\\r\\n\\r\\n([^]*?)\\r\\n--${boundary}--`).exec(text)
  return found ? { name: found[1], filePath: found[2], bytes: found[3].length } : {}
}

async function ownServer() {
  const backend = new Backend()
  const server = http.createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const type = request.headers['content-type'] || ''
      const data = chunks.length === 0 ? undefined : /^multipart/.test(type) ? fileIn(type, body) : parse(body.toString())
      const reply = backend.handle({ method: request.method, path: request.url, header: request.headers, data })
      response.writeHead(reply.statusCode, reply.header)
      response.end(typeof reply.data === 'string' ? reply.data : JSON.stringify(reply.data))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: 'http://127.0.0.1:' + server.address().port,
    issueCode: async () => backend.issueCode(),
    close: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
}

const openServer = () => (process.env.WXLOGIN_URL ? realServer(process.env.WXLOGIN_URL.replace(/\/$/, '')) : ownServer())

module.exports = { openServer, ask }
