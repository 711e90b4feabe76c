// SPDX-License-Identifier: MIT
/*
 * Me: who I am as far as I said.  A tab page; the coupons need a nickname and
 * ask for it on the authorisation page, which comes back to this tab.
 */
'use strict'

const client = require('../../utils/client')
const { maskPhone, complain } = require('../../utils/shop')
const { t, fill } = require('../../utils/texts')

Page({
  data: { t, nickname: '', initial: '', phone: '', orders: 0, coupons: '' },

  onShow() {
    wx.setNavigationBarTitle({ title: t.mine })
    this.show()
    // Nothing to wait for when the session is there; else when it comes.
    client.status.login.onceSuccess(() => this.show())
  },

  show() {
    const { nickname, phone } = client.session.getUser() || { nickname: '', phone: '' }
    const orders = wx.getStorageSync('orders') || []
    this.setData({ nickname, initial: nickname.slice(0, 1), phone: phone && maskPhone(phone), orders: orders.length })
  },

  onCenter() {
    wx.navigateTo({ url: '/pages/member/index?from=' + encodeURIComponent(t.mine + ' & 100%') + '&visit=1' })
  },

  onSettings() {
    wx.navigateTo({ url: '/pages/settings/index' })
  },

  onCoupons() {
    this.coupons().catch(complain)
  },

  coupons: client.auth.withAuth({ mustAuthStep: 2, mode: 'page' }, async function () {
    const { data } = await client.get('/members/coupons.json')
    this.setData({ coupons: fill(t.couponsNote, data.length) })
  })
})
