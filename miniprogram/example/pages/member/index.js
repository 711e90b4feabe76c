// SPDX-License-Identifier: MIT
/*
 * My account: nobody sees it without a nickname.  Safe in onLoad: mustAuth
 * leaves for the authorisation page and comes back with the same query.
 */
'use strict'

const client = require('../../utils/client')
const { maskPhone, complain } = require('../../utils/shop')
const { t, fill } = require('../../utils/texts')

Page({
  data: { t, user: null, phone: '', from: '', lasts: '' },

  onLoad(options) {
    wx.setNavigationBarTitle({ title: t.center })
    this.enter(options).catch(complain)
  },

  enter: client.auth.withAuth({ mustAuthStep: 2, mode: 'page' }, async function ({ from, visit }) {
    const { data } = await client.get('/wx/checksession')
    const { userInfo, expiresIn } = data.data
    this.setData({
      user: userInfo,
      phone: userInfo.phone ? maskPhone(userInfo.phone) : t.notSet,
      // Options come as they were in the URL: decoding is the page's business.
      from: `${decodeURIComponent(from)} · ${visit}`,
      lasts: fill(t.seconds, expiresIn)
    })
  })
})
