// SPDX-License-Identifier: MIT
/*
 * auth-page: the body of the authorisation page (mustAuth with mode: 'page').
 *
 *   <auth-page options="{{options}}" home="/pages/index/index" />
 *
 * `options` are those that the page's onLoad got: mustAuthStep and backTo.
 * When the step is reached it goes back where mustAuth came from.  "Not now"
 * goes to the page below, or to `home` when there is none: not to backTo, which
 * would only ask again.  Slot: above the flow.  Classes: button-class.
 *   success   {step, userInfo}      back   {}: it left
 *   cancel    {}                    fail   {code, message}: also NAVIGATE_FAILED
 */
'use strict'

const { getDefaultClient } = require('../sdk')
const { failureOf } = require('../open-data')
const { textsFor } = require('../texts')

const nothing = () => {}

Component({
  externalClasses: ['button-class'],
  properties: {
    options: { type: Object, value: {} },
    home: { type: String, value: '' }
  },
  data: { t: textsFor(), mustAuthStep: 0 },

  observers: {
    // The page gets its options after this component is there.
    options({ mustAuthStep, backTo }) {
      if (mustAuthStep || backTo) this.setData({ mustAuthStep: Number(mustAuthStep) || 2 })
    }
  },

  methods: {
    /** @param {any} event */
    async onSuccess(event) {
      this.triggerEvent('success', event.detail)
      try {
        await getDefaultClient().auth.backFromAuth(this.data.options)
        this.triggerEvent('back', {})
      } catch (error) {
        this.triggerEvent('fail', failureOf(error))
        this.leave()
      }
    },

    cancel() {
      this.triggerEvent('cancel', {})
      this.leave()
    },

    leave() {
      const url = this.data.home
      const home = () => url && wx.switchTab({ url, fail: () => wx.reLaunch({ url, fail: nothing }) })
      if (getCurrentPages().length > 1) wx.navigateBack({ fail: home })
      else home()
    },

    /** @param {any} event */
    forward(event) {
      this.triggerEvent(event.type, event.detail)
    }
  }
})
