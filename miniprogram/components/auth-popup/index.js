// SPDX-License-Identifier: MIT
/*
 * auth-popup: auth-flow in a sheet from below; what mustAuth opens.
 *
 *   <auth-popup id="auth-popup" />
 *   open({mustAuthStep, need})   resolves when that is reached, rejects
 *                                AUTH_CANCELLED when closed or unmounted before
 *
 * Opening it twice gives the same promise, for the higher step of the two.
 * An upload that is running when the user closes the sheet goes on; its result
 * is in the session.  Slots: above the flow; those of auth-flow.  Properties:
 * texts, custom, realtime, joint-privacy of auth-flow.  Classes: sheet-class,
 * button-class.  Events: open, close {reached}, and those of auth-flow.
 * Methods: open, close, setMustAuthStep, getAuthStep.
 */
'use strict'

const { MpAuthError, getDefaultClient } = require('../sdk')
const { textsFor, nothing } = require('../texts')

Component({
  options: { multipleSlots: true },
  externalClasses: ['sheet-class', 'button-class'],
  properties: {
    texts: { type: Object, value: {} },
    custom: { type: String, value: '' },
    realtime: { type: Boolean, value: false },
    jointPrivacy: { type: Boolean, value: false }
  },
  data: { t: textsFor(), shown: false, mustAuthStep: 2, need: [] },

  lifetimes: {
    detached() {
      this.cancel('unmounted')
    }
  },

  methods: {
    /**
     * @param {{mustAuthStep?: number, need?: string[]}} options
     * @returns {Promise<void>}
     */
    open({ mustAuthStep = 2, need = [] }) {
      const wanted = this.opened ? Math.max(mustAuthStep, this.data.mustAuthStep) : mustAuthStep
      if (!this.opened) {
        const opened = {}
        opened.promise = new Promise((resolve, reject) => Object.assign(opened, { resolve, reject }))
        this.opened = opened
      }
      const { promise } = this.opened
      this.setData({ t: textsFor(this.data.texts), shown: true, mustAuthStep: wanted, need })
      this.triggerEvent('open', { mustAuthStep: wanted, need })
      return promise
    },

    /** By the cross or the dimmed page. */
    close() {
      if (!this.opened) return
      this.setData({ shown: false })
      this.cancel('closed')
      this.triggerEvent('close', { reached: false })
    },

    /** @param {string} why */
    cancel(why) {
      const { opened } = this
      this.opened = null
      if (opened) opened.reject(new MpAuthError('AUTH_CANCELLED', why))
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    onSuccess(event) {
      const { opened } = this
      this.opened = null
      this.setData({ shown: false })
      this.triggerEvent('success', event.detail)
      this.triggerEvent('close', { reached: true })
      if (opened) opened.resolve()
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    forward(event) {
      this.triggerEvent(event.type, event.detail)
    },

    /** Shows it for that step, or raises the one that is shown. @param {number} mustAuthStep */
    setMustAuthStep(mustAuthStep) {
      if (!this.opened) this.open({ mustAuthStep }).catch(nothing)
      else this.setData({ mustAuthStep, need: [] })
    },

    getAuthStep: () => getDefaultClient().auth.currentStep(),

    /** The page behind does not scroll. */
    hold() {}
  }
})
