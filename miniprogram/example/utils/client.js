// SPDX-License-Identifier: MIT
/*
 * client.js: the one client of this mini program.
 *
 * A mini program in production writes its own https address here.  The demo
 * page hands its own over as extension configuration; the developer tools give
 * none, then it is where demo/run listens.
 */
'use strict'

const { createClient, setDefaultClient } = require('wxlogin-miniprogram')
const { t } = require('./texts')

const { baseURL } = wx.getExtConfigSync ? wx.getExtConfigSync() : {}

const client = createClient({
  baseURL: baseURL || 'http://127.0.0.1:8080',
  // The catalogue is for everybody; all else belongs to a user.
  whitelist: ['/shop/'],
  // What this shop wants name and number for.
  texts: { userWhy: t.userWhy, phoneWhy: t.phoneWhy }
})

setDefaultClient(client)

module.exports = client
