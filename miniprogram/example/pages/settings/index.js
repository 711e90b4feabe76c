// SPDX-License-Identifier: MIT
/* Settings: the phone number, and the sessions of this and the other devices. */
'use strict'

const client = require('../../utils/client')
const { maskPhone, complain } = require('../../utils/shop')
const { t, fill } = require('../../utils/texts')

const toast = (title) => wx.showToast({ title, icon: 'none' })

Page({
  data: { t, phone: '', isIn: false, hasList: true },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.settings })
  },

  onShow() {
    this.show()
  },

  show() {
    const user = client.session.getUser()
    this.setData({ phone: user && user.phone ? maskPhone(user.phone) : t.notSet, isIn: Boolean(user) })
  },

  /** @param {() => Promise<string>} work resolves to what to tell the user */
  async run(work) {
    try {
      toast(await work())
    } catch (error) {
      complain(error)
    }
    this.show()
  },

  onUnbind() {
    return this.run(async () => {
      await client.session.unbindPhone()
      return t.unbound
    })
  },

  onEnded({ detail }) {
    toast(fill(t.ended, detail.sessionsEnded))
  },

  /** A server of before has no list. */
  onListFail({ detail }) {
    if (detail.code === 'NOT_FOUND') this.setData({ hasList: false })
  },

  onOthers() {
    return this.run(() => this.end('others'))
  },

  onLogout() {
    return this.run(() => this.end('this'))
  },

  onEverywhere() {
    wx.showModal({
      title: t.everywhere,
      content: t.everywhereNote,
      cancelText: t.cancel,
      confirmText: t.logout,
      success: ({ confirm }) => {
        if (confirm) this.run(() => this.end('all'))
      }
    })
  },

  /** @param {'this' | 'others' | 'all'} scope */
  async end(scope) {
    const { sessionsEnded } = await client.session.logout({ scope })
    return fill(t.ended, sessionsEnded)
  }
})
