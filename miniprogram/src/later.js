// SPDX-License-Identifier: MIT
/*
 * later.js: what runs only when it is used for the first time.
 *
 * The build makes a file of its own of this and of what nothing else requires,
 * so that the start of a mini program reads and runs less.
 */
'use strict'

const { createAccount } = require('./account')
const { createAuth } = require('./auth')
const { createSocket } = require('./socket')
const { attachFly } = require('./fly')

module.exports = { createAccount, createAuth, createSocket, attachFly }
