// SPDX-License-Identifier: MIT
/*
 * auth-flow: asks for what is missing, one step after the other.
 *
 *   <auth-flow must-auth-step="{{3}}" bind:success="onDone" />
 *   <auth-flow need="{{['phone']}}" texts="{{ {phoneWhy: '用于送货'} }}" />
 *
 *   login -> (privacy consent, when WeChat wants it) -> what is missing, in the
 *   order of the client's `steps` or of `need` -> success
 *
 * Properties: must-auth-step, or need; texts, in place of those of texts.js;
 * custom: names of the slots that are given, of "user phone unionid consent
 * waiting done": each is shown in place of that view (the steps' own buttons
 * call client.auth.nextStep(event)); realtime: see phone-container; joint-privacy:
 * no view for the consent, the steps' buttons ask for it.
 *
 *   step      {step}: one more is done
 *   success   {step, userInfo}: all is done
 *   deny, fail, progress, chooseavatar, nicknamereview, getuserinfo,
 *   getphonenumber, getrealtimephonenumber, agreeprivacyauthorization
 *             of the containers, passed on
 *
 * What is missing is computed from the user data, each time these change: who
 * has a nickname already is not asked for it.  Methods: setMustAuthStep(step),
 * getAuthStep(), agreed() (for a consent of one's own).  Class: button-class.
 */
'use strict'

const { getDefaultClient } = require('../sdk')
const { failureOf } = require('../open-data')
const { textsFor, messageOf } = require('../texts')

Component({
  options: { multipleSlots: true },
  externalClasses: ['button-class'],
  properties: {
    mustAuthStep: { type: Number, value: 2 },
    need: { type: Array, value: [] },
    texts: { type: Object, value: {} },
    custom: { type: String, value: '' },
    realtime: { type: Boolean, value: false },
    jointPrivacy: { type: Boolean, value: false }
  },
  data: { t: textsFor(), ready: false, missing: [], dots: [], at: 1, kind: 'waiting', given: {}, consent: false, contract: '', problem: '' },

  observers: {
    'mustAuthStep, need': function () {
      this.left = undefined
      this.succeeded = false
      if (this.mounted && this.data.ready) this.look()
    },
    texts() {
      if (this.mounted) this.readTexts()
    },
    custom(names) {
      const given = {}
      for (const name of names.split(/[\s,]+/)) given[name] = true
      this.setData({ given })
    }
  },

  lifetimes: {
    attached() {
      this.mounted = true
      this.askForConsent()
      this.begin()
    },
    detached() {
      this.mounted = false
      if (this.stop) this.stop()
    }
  },

  methods: {
    readTexts() {
      this.setData({ t: textsFor(this.data.texts, getDefaultClient()) })
    },

    /** Without a session nobody knows what is missing. */
    async begin() {
      this.setData({ problem: '' })
      try {
        const { session } = getDefaultClient()
        this.readTexts()
        if (!this.stop) this.stop = session.onChange(() => this.mounted && this.data.ready && this.look())
        await session.login()
      } catch (error) {
        if (this.mounted) this.fail(failureOf(error))
        return
      }
      if (this.mounted) this.look()
    },

    /** Computes what is missing; `step` when it is less than before, `success` when it is nothing. */
    look() {
      const { auth, session } = getDefaultClient()
      const { need, mustAuthStep } = this.data
      const missing = auth.missing(need.length > 0 ? { need } : { mustAuthStep })
      const all = need.length || mustAuthStep - 1
      const isLess = missing.length < this.left
      this.left = missing.length
      this.show({ ready: true, missing, dots: Array.from({ length: all }, (_, i) => i + 1), at: Math.max(1, all - missing.length + 1) })
      const step = auth.currentStep()
      if (isLess) {
        this.setData({ problem: '' })
        this.triggerEvent('step', { step })
      }
      if (missing.length > 0) this.succeeded = false
      else if (!this.succeeded) {
        this.succeeded = true
        this.triggerEvent('success', { step, userInfo: session.getUser() })
      }
    },

    /** The view that these data make. @param {object} data */
    show(data) {
      const { ready, missing, consent, jointPrivacy } = Object.assign({}, this.data, data)
      const [open] = missing
      let kind = ready ? open || 'done' : 'waiting'
      if (consent && !jointPrivacy && kind !== 'done') kind = 'consent'
      // One slot goes before the next comes: a renderer may take them for the same.
      if (this.data.custom && kind !== this.data.kind) this.setData({ kind: '' })
      this.setData(Object.assign({ kind }, data))
    },

    askForConsent() {
      if (!wx.getPrivacySetting) return
      wx.getPrivacySetting({
        success: ({ needAuthorization, privacyContractName }) => {
          if (!this.mounted || !needAuthorization) return
          this.show({ consent: true, contract: privacyContractName || this.data.t.privacyContract })
        }
      })
    },

    agreed() {
      this.show({ consent: false })
    },

    openContract() {
      wx.openPrivacyContract({})
    },

    /** A step is done. */
    onSuccess() {
      this.setData({ problem: '' })
      this.look()
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    onDeny(event) {
      this.setData({ problem: this.data.t.denied })
      this.triggerEvent('deny', event.detail)
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    onFail(event) {
      this.fail(event.detail)
    },

    /** @param {{code: string, message: string, requestId?: string, userAction?: string}} failure */
    fail(failure) {
      this.setData({ problem: messageOf(this.data.t, failure) })
      this.triggerEvent('fail', failure)
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    forward(event) {
      if (event.type === 'agreeprivacyauthorization') this.agreed()
      this.triggerEvent(event.type, event.detail)
    },

    /** @param {number} mustAuthStep */
    setMustAuthStep(mustAuthStep) {
      this.setData({ mustAuthStep, need: [] })
    },

    getAuthStep: () => getDefaultClient().auth.currentStep()
  }
})
