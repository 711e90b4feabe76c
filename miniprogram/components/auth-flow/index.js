// SPDX-License-Identifier: MIT
/*
 * auth-flow: asks for what is missing, one step after the other.
 *
 *   <auth-flow must-auth-step="{{3}}" bind:success="onDone" />
 *
 *   login -> (privacy consent, when WeChat wants it) -> the open steps, in the
 *   order of the client's `steps` -> success
 *
 *   step      {step}: one more is done
 *   success   {step, userInfo}: must-auth-step is reached
 *   deny, fail, chooseavatar, nicknamereview, getuserinfo, getphonenumber
 *             of the containers, passed on
 *
 * What is open is computed from the user data each time: who has a nickname
 * already is not asked for it.  Classes: button-class.
 */
'use strict'

const { getDefaultClient } = require('../sdk')
const { failureOf } = require('../open-data')
const { textsFor, messageOf } = require('../texts')

const t = textsFor()

Component({
  externalClasses: ['button-class'],
  properties: { mustAuthStep: { type: Number, value: 2 } },
  data: { t, ready: false, step: 1, dots: [1], kind: '', consent: false, contract: t.privacyContract, problem: '' },

  observers: {
    mustAuthStep(step) {
      this.setData({ dots: step > 2 ? [1, 2] : [1] })
      if (this.mounted && this.data.ready) this.look()
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
    }
  },

  methods: {
    /** Without a session nobody knows what is missing. */
    async begin() {
      this.setData({ problem: '' })
      try {
        await getDefaultClient().session.login()
      } catch (error) {
        if (this.mounted) this.fail(failureOf(error))
        return
      }
      if (this.mounted) this.look()
    },

    /** Computes the open step; `success` when there is none. @param {boolean} [advanced] */
    look(advanced) {
      const { auth, session } = getDefaultClient()
      const step = auth.currentStep()
      const done = step >= this.data.mustAuthStep
      this.setData({ ready: true, step, kind: done ? '' : auth.steps[step - 1] })
      if (advanced) this.triggerEvent('step', { step })
      if (done) this.triggerEvent('success', { step, userInfo: session.getUser() })
    },

    askForConsent() {
      if (!wx.getPrivacySetting) return
      wx.getPrivacySetting({
        success: ({ needAuthorization, privacyContractName }) => {
          if (!this.mounted || !needAuthorization) return
          this.setData({ consent: true, contract: privacyContractName || t.privacyContract })
        }
      })
    },

    onConsent() {
      this.setData({ consent: false })
    },

    openContract() {
      wx.openPrivacyContract({})
    },

    /** A step is done. */
    onSuccess() {
      this.setData({ problem: '' })
      this.look(true)
    },

    /** @param {any} event */
    onDeny(event) {
      this.setData({ problem: t.denied })
      this.triggerEvent('deny', event.detail)
    },

    /** @param {any} event */
    onFail(event) {
      this.fail(event.detail)
    },

    /** @param {any} failure */
    fail(failure) {
      this.setData({ problem: messageOf(t, failure) })
      this.triggerEvent('fail', failure)
    },

    /** @param {any} event */
    forward(event) {
      this.triggerEvent(event.type, event.detail)
    }
  }
})
