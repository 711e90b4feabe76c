// SPDX-License-Identifier: MIT
/*
 * open-data.js: what user-container and phone-container share.
 *
 *   withOpenData(definition)   the definition of a component, completed:
 *
 *     attached, page shown   asks for a good session_key, so that nothing has
 *                            to log in between the tap and the upload
 *     this.upload(work)      busy from here on; then one `success` {userInfo}
 *                            or one `fail` {code, message, requestId, userAction}
 *     this.isOk(detail)      did the user agree?  If not, fires `deny` when it was he who
 *                            said no, `fail` NOT_AVAILABLE {errno} when the platform did
 *     this.forward(event)    the button's own event, for the page
 *
 * While busy or disabled the button has no open-type: the platform opens its
 * sheet even from a disabled button.  An upload goes on when the component is
 * unmounted: the session has its result, only nobody is told here.
 *
 * With `privacy` the button also says that the user accepts the privacy notice
 * (from base library 2.32.3 on): one tap for both.
 */
'use strict'

const { getDefaultClient } = require('./sdk')
const { textsFor, nothing } = require('./texts')

/**
 * errno of the platform's refusals: no permission, no consent to the privacy
 * notice, not declared in it, quota used up.
 */
const REFUSALS = [102, 104, 112, 1400001]

/** What of an error may travel in an event. */
function failureOf({ code, message, requestId, userAction, field }) {
  return { code: code || 'INTERNAL', message, requestId, userAction, field }
}

/** Whose answer is it?  The words differ from one version of WeChat to the next. @returns {'ok' | 'user' | 'platform'} */
function answerOf({ errMsg = '', errno }) {
  if (/:ok$/.test(errMsg)) return 'ok'
  return REFUSALS.indexOf(errno) < 0 && /\b(deny|denied|cancel|canceled|cancelled)\b/i.test(errMsg) ? 'user' : 'platform'
}

const METHODS = {
  /** The client of setDefaultClient, asked for when it is needed. */
  client: () => getDefaultClient(),

  prepare() {
    // A hint only: when it fails, the upload says so itself.
    this.client().session.ensureSessionKey().catch(nothing)
  },

  /** @param {WechatMiniprogram.CustomEvent} event of the button */
  forward(event) {
    this.triggerEvent(event.type, event.detail)
  },

  /** @param {{errMsg?: string, errno?: number}} detail */
  isOk(detail) {
    const answer = answerOf(detail)
    if (answer === 'user') this.triggerEvent('deny', detail)
    if (answer === 'platform') this.refused(detail)
    return answer === 'ok'
  },

  /** By the platform. @param {{errMsg?: string, errno?: number}} detail */
  refused({ errMsg, errno }) {
    this.triggerEvent('fail', { code: 'NOT_AVAILABLE', message: errMsg, errMsg, errno })
  },

  /** @param {(session: object) => Promise<object | void>} work resolves to the user data, or to nothing when that is not the end */
  async upload(work) {
    if (this.data.busy || this.data.disabled) return
    this.setData({ busy: true })
    try {
      const userInfo = await work(this.client().session)
      if (userInfo) this.settle('success', { userInfo })
      else this.settle()
    } catch (error) {
      this.settle('fail', failureOf(error))
    }
  },

  /**
   * @param {string} [name] of the event
   * @param {object} [detail]
   */
  settle(name, detail) {
    if (!this.mounted) return
    this.setData({ busy: false })
    if (name) this.triggerEvent(name, detail)
  }
}

/** @param {{externalClasses: string[], properties?: object, data?: object, methods: object, attached?(): void}} own */
function withOpenData(own) {
  return {
    options: { multipleSlots: true },
    externalClasses: own.externalClasses,
    properties: Object.assign({ disabled: { type: Boolean, value: false }, privacy: { type: Boolean, value: false } }, own.properties),
    data: Object.assign({ busy: false, t: textsFor() }, own.data),
    lifetimes: {
      attached() {
        this.mounted = true
        this.prepare()
        this.setData({ t: textsFor({}, this.client()) })
        if (own.attached) own.attached.call(this)
      },
      detached() {
        this.mounted = false
      }
    },
    pageLifetimes: {
      show() {
        this.prepare()
      }
    },
    methods: Object.assign({}, METHODS, own.methods)
  }
}

module.exports = { withOpenData, failureOf, answerOf }
