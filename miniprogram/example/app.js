// SPDX-License-Identifier: MIT
/*
 * app.js: a small tea shop that shows what wxlogin-miniprogram does.
 *
 * There is nothing to do here for the login: the first request that needs one
 * logs in by itself.
 */
'use strict'

require('./utils/client')
const { t } = require('./utils/texts')

App({
  onLaunch() {
    const tabs = [t.home, t.mine]
    tabs.forEach((text, index) => wx.setTabBarItem({ index, text }))
  }
})
