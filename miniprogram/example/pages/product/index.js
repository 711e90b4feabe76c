// SPDX-License-Identifier: MIT
/*
 * One tea.  Buying needs a phone number (step 3): withAuth opens the popup for
 * whoever has none, and runs the function when there is one.
 */
'use strict'

const client = require('../../utils/client')
const { products, maskPhone, complain } = require('../../utils/shop')
const { t, fill } = require('../../utils/texts')

Page({
  data: { t, tea: null },

  async onLoad({ id }) {
    try {
      const tea = (await products()).find((other) => other.id === id)
      this.setData({ tea })
      wx.setNavigationBarTitle({ title: tea.name })
    } catch (error) {
      complain(error)
    }
  },

  /** @param {any} event */
  onBuy() {
    this.buy().catch(complain)
  },

  buy: client.auth.withAuth({ mustAuthStep: 3 }, async function () {
    const { data } = await client.get('/members/order.json')
    const orders = wx.getStorageSync('orders') || []
    wx.setStorageSync('orders', orders.concat({ id: this.data.tea.id, number: data.number }))
    const content = fill(t.orderedNote, maskPhone(client.session.getUser().phone))
    wx.showModal({ title: t.ordered, content, showCancel: false, confirmText: t.fine })
  })
})
