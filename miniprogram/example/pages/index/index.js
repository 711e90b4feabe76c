// SPDX-License-Identifier: MIT
/*
 * Home: the catalogue, for everybody, and today's offer, for members only.
 *
 * The offer lies behind the server's authorizer.  Nothing here waits for a
 * login: the request does.
 */
'use strict'

const client = require('../../utils/client')
const { products } = require('../../utils/shop')
const { t, fill } = require('../../utils/texts')

Page({
  data: { t, products: [], greeting: '', state: t.loggingIn, offer: '' },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.shop })
    client.status.login.must(({ userInfo }) => this.setData({ state: t.loggedIn, greeting: fill(t.greeting, userInfo.nickname || t.stranger) }))
  },

  onShow() {
    this.load()
  },

  async load() {
    try {
      await Promise.all([this.loadProducts(), this.loadOffer()])
    } catch (error) {
      this.setData({ state: t.loginFailed, offer: '' })
    }
    wx.stopPullDownRefresh()
  },

  async loadProducts() {
    this.setData({ products: await products() })
  },

  async loadOffer() {
    const { data } = await client.get('/members/offers.json')
    const { nickname } = client.session.getUser()
    this.setData({ offer: fill(t.offer, data.discount), greeting: fill(t.greeting, nickname || t.stranger), state: t.loggedIn })
  },

  onPullDownRefresh() {
    this.load()
  },

  onProduct(event) {
    wx.navigateTo({ url: '/pages/product/index?id=' + event.currentTarget.dataset.id })
  }
})
