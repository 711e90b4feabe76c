// SPDX-License-Identifier: MIT
/*
 * express.mjs: the same check and the same login by Express and Redis.
 *
 * PORT, REDIS (a socket) and WECHAT (a base URL) come from the environment.  A
 * session is a string of JSON under the hash of its token.
 */
import crypto from 'node:crypto'
import http from 'node:http'
import { createRequire } from 'node:module'

const require = createRequire(process.env.MODULES + '/')
const express = require('express')
const { createClient } = require('redis')

const IDLE = 7200
const redis = createClient({ socket: { path: process.env.REDIS } })
const agent = new http.Agent({ keepAlive: true })
const app = express()

const hash = (token) => crypto.createHash('sha256').update(token).digest('hex')

function send(res, status, body) {
  res.set({
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': crypto.randomBytes(16).toString('hex'),
  })
  res.status(status).json(body)
}

function userInfo(session) {
  return {
    id: session.userId, nickName: '', avatarUrl: '', gender: 0, language: '',
    country: '', province: '', city: '', phoneNumber: '',
  }
}

/** auth.code2Session. */
function exchange(code) {
  const url = `${process.env.WECHAT}/sns/jscode2session?appid=a&secret=s` +
    `&js_code=${encodeURIComponent(code)}&grant_type=authorization_code`
  return new Promise((resolve, reject) => {
    http.get(url, { agent }, (reply) => {
      let text = ''
      reply.on('data', (part) => { text += part })
      reply.on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

app.disable('x-powered-by')
app.get('/checksession', async (req, res) => {
  const token = (req.get('Authorization') ?? '').replace(/^Bearer /, '')
  const text = await redis.get('session:' + hash(token))
  if (text === null) return send(res, 401, { code: 'AUTH_INVALID' })
  const session = JSON.parse(text)
  const now = Math.floor(Date.now() / 1000)
  if (session.idleExpires <= now) return send(res, 401, { code: 'AUTH_EXPIRED' })
  send(res, 200, {
    code: 'OK',
    data: { userInfo: userInfo(session), expiresIn: session.idleExpires - now },
  })
})
app.get('/onlogin', async (req, res) => {
  const reply = await exchange(req.query.code)
  const now = Math.floor(Date.now() / 1000)
  const user = 'user:' + reply.openid
  const fresh = crypto.randomBytes(13).toString('hex')
  const [, userId] = await redis.multi().setNX(user, fresh).get(user).exec()
  const token = crypto.randomBytes(32).toString('base64url')
  const session = {
    userId, openid: reply.openid, key: reply.session_key, created: now,
    idleExpires: now + IDLE,
  }
  await redis.set('session:' + hash(token), JSON.stringify(session), { EX: IDLE })
  send(res, 200, {
    code: 'OK', data: { token, expiresIn: IDLE, userInfo: userInfo(session) },
  })
})

await redis.connect()
app.listen(Number(process.env.PORT), '127.0.0.1', 1024)
