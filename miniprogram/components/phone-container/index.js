// SPDX-License-Identifier: MIT
/*
 * phone-container: a button that binds the user's WeChat phone number.
 *
 *   <phone-container bind:success="onBound">一键绑定</phone-container>
 *
 * Slot: the label.  Class: button-class, on the box around the button.
 * Properties: disabled; realtime (getRealtimePhoneNumber: the number is
 * verified now); privacy (one tap accepts the privacy notice too).
 *   getphonenumber, getrealtimephonenumber, agreeprivacyauthorization
 *                    the button's own events, as the platform sent them
 *   success          {userInfo}: the number is bound
 *   deny             {errMsg}: the user said no
 *   fail             {code, message, requestId, userAction}; NOT_AVAILABLE {errno, errMsg}
 *                    when it was the platform that said no: permission, privacy, quota
 *
 * Newer base libraries give a `code`, older ones `iv` and `encryptedData`;
 * either will do.  There is never a login between the tap and the upload.
 */
'use strict'

const { withOpenData } = require('../open-data')

Component(withOpenData({
  externalClasses: ['button-class'],
  properties: { realtime: { type: Boolean, value: false } },
  methods: {
    /** @param {WechatMiniprogram.CustomEvent} event */
    onPhone(event) {
      this.forward(event)
      if (this.isOk(event.detail)) this.upload((session) => session.updatePhone(event.detail))
    }
  }
}))
