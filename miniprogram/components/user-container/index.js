// SPDX-License-Identifier: MIT
/*
 * user-container: asks for picture and nickname, and stores them.
 *
 *   <user-container bind:success="onKnown">保存</user-container>
 *
 * Slots: the label of the button; with custom-avatar, `avatar` in place of the
 * picture.  Classes: avatar-class, input-class, button-class.  Properties:
 * disabled, custom-avatar.
 *   chooseavatar, nicknamereview, getuserinfo   the platform's own events
 *   success   {userInfo}: there is a nickname
 *   deny      {errMsg}: only where the platform still asks; a picture choice that was
 *             cancelled is nothing
 *   fail      {code, message, requestId, userAction}
 *
 * Where the platform has no chooseAvatar (before 2.21.2) the button is the old
 * getUserInfo.  What that yields goes to the server as WeChat signed it; when
 * it was the anonymous profile, the form opens, without the picture.
 */
'use strict'

const { withOpenData, answerOf } = require('../open-data')

/** @returns {boolean} is this before chooseAvatar? */
function isOld() {
  try {
    return !wx.canIUse('button.open-type.chooseAvatar')
  } catch (unknown) {
    return false
  }
}

Component(withOpenData({
  externalClasses: ['avatar-class', 'input-class', 'button-class'],
  properties: { customAvatar: { type: Boolean, value: false } },
  data: { avatarUrl: '', nickname: '', form: true, pickable: true, asking: false },

  attached() {
    const old = isOld()
    const user = this.client().session.getUser() || {}
    this.setData({ form: !old, pickable: !old, avatarUrl: user.avatarUrl || '', nickname: user.nickname || '' })
  },

  methods: {
    /** @param {any} event */
    onAvatar(event) {
      this.forward(event)
      const { avatarUrl } = event.detail
      if (avatarUrl) this.setData({ avatarUrl })
      else if (answerOf(event.detail) === 'platform') this.refused(event.detail)
    },

    /** The form has the nickname even when the keyboard's suggestion was tapped and no input event came. @param {any} event */
    onSubmit(event) {
      const nickname = (event.detail.value.nickname || '').trim()
      const { avatarUrl } = this.data
      // Empty: back to the field.
      this.setData({ nickname, asking: !nickname })
      if (nickname) this.upload((session) => session.updateUser(avatarUrl ? { nickname, avatarUrl } : { nickname }))
    },

    /** @param {any} event */
    onUserInfo(event) {
      this.forward(event)
      if (this.isOk(event.detail)) this.upload((session) => this.takeSigned(session, event.detail))
    },

    /** @param {any} session @param {any} detail */
    async takeSigned(session, detail) {
      const userInfo = await session.updateUser(detail)
      if (userInfo.nickname) return userInfo
      if (this.mounted) this.setData({ form: true })
    }
  }
}))
