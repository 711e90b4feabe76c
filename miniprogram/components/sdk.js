// SPDX-License-Identifier: MIT
/* sdk.js: where the components find the package; the build writes ../index here. */
'use strict'

module.exports = require('../src/index')
