// SPDX-License-Identifier: MIT
/*
 * user-container: asks for picture and nickname, and stores them.
 *
 *   <user-container bind:success="onKnown">保存</user-container>
 *
 * Slots: the label of the button; with custom-avatar, `avatar` in place of the
 * picture.  Classes: avatar-class, input-class, button-class, each on the box
 * around its part.  Properties: disabled; custom-avatar; privacy (one tap on
 * the picture accepts the privacy notice too); signed (the getUserInfo button,
 * whose data WeChat signs: where a unionId is wanted); quiet (says nothing
 * itself when a picture can't be stored).
 *   chooseavatar, nicknamereview, getuserinfo, agreeprivacyauthorization
 *             the platform's own events
 *   progress  {progress}: percent of the picture's upload
 *   success   {userInfo}: there is a nickname
 *   deny      {errMsg}: only where the platform still asks; a picture choice that was
 *             cancelled is nothing
 *   fail      {code, message, requestId, userAction, field}
 *
 * The picture goes to the server (or to hooks.uploadAvatar), then the nickname.
 * When the picture can't be stored nothing is, and the user is told why: he can
 * choose another, or save the nickname alone where pictures are not taken.
 *
 * Where the platform has no chooseAvatar (before 2.21.2) the button is the old
 * getUserInfo.  What that yields goes to the server as WeChat signed it; when
 * it was the anonymous profile, the form opens, without the picture.
 */
'use strict'

const { withOpenData, answerOf } = require('../open-data')
const { messageOf } = require('../texts')

/** @returns {boolean} is this before chooseAvatar? */
function isOld() {
  try {
    return !wx.canIUse('button.open-type.chooseAvatar')
  } catch (unknown) {
    return false
  }
}

/** Codes that another picture may mend. */
const OTHER_PICTURE = ['PICTURE_INVALID', 'CONTENT_REFUSED', 'BODY_TOO_LARGE']

Component(withOpenData({
  externalClasses: ['avatar-class', 'input-class', 'button-class'],
  properties: {
    customAvatar: { type: Boolean, value: false },
    signed: { type: Boolean, value: false },
    quiet: { type: Boolean, value: false }
  },
  data: { avatarUrl: '', nickname: '', form: true, pickable: true, asking: false, percent: 0, note: '' },

  attached() {
    const old = isOld()
    const user = this.client().session.getUser() || {}
    this.setData({ form: !old && !this.data.signed, pickable: !old, avatarUrl: user.avatarUrl || '', nickname: user.nickname || '' })
  },

  methods: {
    /** @param {WechatMiniprogram.CustomEvent} event */
    onAvatar(event) {
      this.forward(event)
      const { avatarUrl } = event.detail
      if (avatarUrl) this.setData({ avatarUrl, note: '' })
      else if (answerOf(event.detail) === 'platform') this.refused(event.detail)
    },

    /** The form has the nickname even when the keyboard's suggestion was tapped and no input event came. @param {WechatMiniprogram.CustomEvent} event */
    onSubmit(event) {
      const nickname = (event.detail.value.nickname || '').trim()
      // Empty: back to the field.
      this.setData({ nickname, asking: !nickname, note: '', percent: 0 })
      if (nickname) this.upload((session) => this.save(session, nickname))
    },

    /** @param {{updateUser: Function, getUser(): {avatarUrl?: string} | null}} session @param {string} nickname */
    async save(session, nickname) {
      const { avatarUrl } = this.data
      const onProgress = (progress) => {
        if (!this.mounted) return
        this.setData({ percent: progress })
        this.triggerEvent('progress', { progress })
      }
      try {
        return await session.updateUser(avatarUrl ? { nickname, avatarUrl } : { nickname }, { onProgress })
      } catch (error) {
        this.tellOfPicture(error, (session.getUser() || {}).avatarUrl)
        throw error
      }
    },

    /** @param {{code: string, field?: string}} error @param {string} [before] the picture the server has */
    tellOfPicture(error, before) {
      if (!this.mounted) return
      const isOff = error.code === 'NOT_FOUND' && error.field === 'avatarUrl'
      if (!isOff && OTHER_PICTURE.indexOf(error.code) < 0) return
      this.setData({ avatarUrl: before || '', pickable: !isOff, note: this.data.quiet ? '' : messageOf(this.data.t, error) })
    },

    /** @param {WechatMiniprogram.CustomEvent} event */
    onUserInfo(event) {
      this.forward(event)
      if (this.isOk(event.detail)) this.upload((session) => this.takeSigned(session, event.detail))
    },

    /** @param {{updateUser(detail: object): Promise<{nickname: string}>}} session @param {object} detail */
    async takeSigned(session, detail) {
      const userInfo = await session.updateUser(detail)
      if (userInfo.nickname || this.data.signed) return userInfo
      if (this.mounted) this.setData({ form: true })
    }
  }
}))
