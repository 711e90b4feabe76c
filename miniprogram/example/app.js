// SPDX-License-Identifier: MIT
/*
 * app.js: a small tea shop that shows what wxlogin-miniprogram does.
 *
 * The login begins here, so that it is through when the first page asks; who
 * needs it waits for it.  Without this the first request would begin it.
 */
'use strict'

const client = require('./utils/client')
const { t } = require('./utils/texts')

App({
  onLaunch() {
    // When it fails, the page that needs it says so.
    client.session.login().catch(() => {})
    const tabs = [t.home, t.mine]
    tabs.forEach((text, index) => wx.setTabBarItem({ index, text }))
  }
})
