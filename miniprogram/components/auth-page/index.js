// SPDX-License-Identifier: MIT
/*
 * auth-page: the body of the authorisation page (mustAuth with mode: 'page').
 *
 *   <auth-page options="{{options}}" home="/pages/index/index" />
 *
 * `options` are those that the page's onLoad got: mustAuthStep, need and backTo.
 * When all is reached it goes back where mustAuth came from.  "Not now"
 * goes to the page below, or to `home` when there is none: not to backTo, which
 * would only ask again.  Slots: above the flow; those of auth-flow.  Further
 * properties: texts, custom, realtime, joint-privacy of auth-flow.  Class:
 * button-class.
 *   success   {step, userInfo}      back   {}: it left
 *   cancel    {}                    fail   {code, message}: also NAVIGATE_FAILED
 */
'use strict'

const { getDefaultClient } = require('../sdk')
const { failureOf } = require('../open-data')
const { textsFor, nothing } = require('../texts')

Component({
  options: { multipleSlots: true },
  externalClasses: ['button-class'],
  properties: {
    options: { type: Object, value: {} },
    home: { type: String, value: '' },
    texts: { type: Object, value: {} },
    custom: { type: String, value: '' },
    realtime: { type: Boolean, value: false },
    jointPrivacy: { type: Boolean, value: false }
  },
  data: { t: textsFor(), mustAuthStep: 0, need: [] },

  observers: {
    // The page gets its options after this component is there.
    options({ mustAuthStep, need, backTo }) {
      if (!mustAuthStep && !backTo) return
      this.setData({ need: need ? need.split(',') : [], mustAuthStep: Number(mustAuthStep) || 2 })
    },
    texts(own) {
      this.setData({ t: textsFor(own) })
    }
  },

  methods: {
    /** @param {WechatMiniprogram.CustomEvent} event */
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

    /** @param {WechatMiniprogram.CustomEvent} event */
    forward(event) {
      this.triggerEvent(event.type, event.detail)
    }
  }
})
