// SPDX-License-Identifier: MIT
/*
 * auth-popup: auth-flow in a sheet from below; what mustAuth opens.
 *
 *   <auth-popup id="auth-popup" />
 *   open({mustAuthStep})   resolves when the step is reached, rejects
 *                          AUTH_CANCELLED when closed or unmounted before
 *
 * Opening it twice gives the same promise, for the higher step of the two.
 * An upload that is running when the user closes the sheet goes on; its result
 * is in the session.  Slot: above the flow.  Classes: sheet-class,
 * button-class.  Events: open, close {reached}, and those of auth-flow.
 */
'use strict'

const { MpAuthError } = require('../sdk')
const { textsFor } = require('../texts')

Component({
  externalClasses: ['sheet-class', 'button-class'],
  data: { t: textsFor(), shown: false, mustAuthStep: 2 },

  lifetimes: {
    detached() {
      this.cancel('unmounted')
    }
  },

  methods: {
    /**
     * @param {{mustAuthStep: number}} options
     * @returns {Promise<void>}
     */
    open({ mustAuthStep }) {
      const wanted = this.opened ? Math.max(mustAuthStep, this.data.mustAuthStep) : mustAuthStep
      if (!this.opened) {
        const opened = {}
        opened.promise = new Promise((resolve, reject) => Object.assign(opened, { resolve, reject }))
        this.opened = opened
      }
      const { promise } = this.opened
      this.setData({ shown: true, mustAuthStep: wanted })
      this.triggerEvent('open', { mustAuthStep: wanted })
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

    /** @param {any} event */
    onSuccess(event) {
      const { opened } = this
      this.opened = null
      this.setData({ shown: false })
      this.triggerEvent('success', event.detail)
      this.triggerEvent('close', { reached: true })
      if (opened) opened.resolve()
    },

    /** @param {any} event */
    forward(event) {
      this.triggerEvent(event.type, event.detail)
    },

    /** The page behind does not scroll. */
    hold() {}
  }
})
