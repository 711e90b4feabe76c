// SPDX-License-Identifier: MIT
/* The authorisation page: the options go into the component, that is all. */
'use strict'

const { t } = require('../../utils/texts')

Page({
  data: { options: {} },

  onLoad(options) {
    wx.setNavigationBarTitle({ title: t.authTitle })
    this.setData({ options })
  }
})
