// SPDX-License-Identifier: MIT
/* texts.js: what WeChat itself says in its sheets. */

const zh = {
  back: '返回',
  allow: '允许',
  deny: '拒绝',
  cancel: '取消',
  confirm: '确定',
  app: '小茶铺',
  asks: '申请',
  phoneTitle: '获取并验证你的手机号',
  phoneNote: '微信绑定号码',
  avatarTitle: '选择头像',
  avatarWeChat: '用微信头像',
  avatarAlbum: '从相册选择',
  useNickname: '用微信昵称填写',
  contract: '小茶铺隐私保护指引',
  contractText: '小茶铺收集你的昵称和手机号，只用于订单展示和取件通知。你可以随时在设置中解绑。',
  close: '知道了'
}

const en = {
  back: 'Back',
  allow: 'Allow',
  deny: 'Decline',
  cancel: 'Cancel',
  confirm: 'OK',
  app: 'Tea Corner',
  asks: 'asks to',
  phoneTitle: 'use your phone number',
  phoneNote: 'Bound to WeChat',
  avatarTitle: 'Choose a picture',
  avatarWeChat: 'My WeChat picture',
  avatarAlbum: 'From the album',
  useNickname: 'Fill in my WeChat name',
  contract: 'Privacy notice of Tea Corner',
  contractText: 'Tea Corner keeps your nickname and phone number, to show them with your orders and for pick-up messages only. You can unbind them in the settings at any time.',
  close: 'OK'
}

/** @param {string} lang */
export const textsOf = (lang) => (lang === 'en' ? en : zh)
