// SPDX-License-Identifier: MIT
/*
 * pages.js: a page stack and a popup, as far as mustAuth looks at them.
 */
'use strict'

/** A page on top of the stack; `components` by selector. */
function showPage(route, options = {}, components = {}) {
  const page = { route, options, selectComponent: (selector) => components[selector] || null }
  globalThis.getCurrentPages = () => [{ route: 'pages/home/index', options: {} }, page]
  return page
}

/** A popup whose user does what the test says. */
class Popup {
  constructor() {
    this.opened = []
  }

  open(options) {
    this.opened.push(options)
    return new Promise((resolve, reject) => Object.assign(this, { resolve, reject }))
  }
}

module.exports = { showPage, Popup }
