// SPDX-License-Identifier: MIT
/*
 * shop.js: what the pages have in common.
 *
 *   products()        the catalogue, for everybody; asked for once
 *   maskPhone(n)      138****8000
 *   complain(error)   tells the user that something failed
 */
'use strict'

const client = require('./client')
const { lang, t, fill } = require('./texts')

let catalogue = null

/** A request that failed is not remembered. */
function products() {
  if (!catalogue) {
    catalogue = client.get('/shop/products.json').then(({ data }) => data.map((tea) => (
      Object.assign({}, tea, { name: tea[lang].name, about: tea[lang].about }))))
    catalogue.catch(() => {
      catalogue = null
    })
  }
  return catalogue
}

/** @param {string} phone */
const maskPhone = (phone) => phone.replace(/^(.{3}).*(.{4})$/, '$1****$2')

/** @param {any} error of the client */
function complain(error) {
  const fuse = error.code === 'FUSE_OPEN'
  wx.showToast({ title: fuse ? fill(t.fuse, Math.ceil(error.retryAfter / 1000)) : t.failed, icon: 'none' })
}

module.exports = { products, maskPhone, complain }
