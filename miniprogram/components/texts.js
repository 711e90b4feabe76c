// SPDX-License-Identifier: MIT
/*
 * texts.js: what the components say, in Chinese and English.
 *
 *   textsFor(own, client)  in the language of the user's WeChat; the client's
 *                          `texts` and a component's own in place of these
 *   messageOf(texts, e)    a failed step in words
 *   nothing()              a function that does nothing
 */
'use strict'

const ZH = {
  pickAvatar: '选择头像',
  nickname: '昵称',
  nicknameHint: '请输入昵称',
  save: '保存',
  phone: '微信手机号一键绑定',
  userTitle: '完善头像昵称',
  userWhy: '让别人知道你是谁',
  phoneTitle: '绑定手机号',
  phoneWhy: '用于确认身份和与你联系',
  unionidTitle: '授权微信资料',
  unionidWhy: '用于在我们的其他应用里认出你',
  unionid: '同意',
  privacyTitle: '用户隐私保护提示',
  privacyWhy: '继续之前，请阅读并同意',
  privacyContract: '《隐私保护指引》',
  agree: '同意并继续',
  notNow: '暂不授权',
  close: '关闭',
  retry: '重试',
  waiting: '正在登录',
  granted: '已全部授权',
  denied: '你拒绝了授权，可以再点一次',
  retap: '登录已更新，请再点一次',
  offline: '网络不通，请稍后再试',
  busy: '服务繁忙，请稍后再试',
  taken: '这个手机号已绑定其他账号',
  unavailable: '暂时无法使用，请稍后再试',
  noPictures: '这里暂不支持头像，可以只保存昵称',
  badPicture: '这张图片不能用，请换一张',
  refusedContent: '内容不合适，请换一个',
  failed: '没有成功，请再试一次',
  thisDevice: '本机',
  someDevice: '未知设备',
  lastUsed: '最近使用',
  end: '退出',
  endOthers: '退出其他设备',
  noOthers: '没有其他设备登录'
}

const EN = {
  pickAvatar: 'Choose a picture',
  nickname: 'Nickname',
  nicknameHint: 'Your nickname',
  save: 'Save',
  phone: 'Use my WeChat phone number',
  userTitle: 'Picture and nickname',
  userWhy: 'So that others know who you are',
  phoneTitle: 'Phone number',
  phoneWhy: 'To know that it is you, and to reach you',
  unionidTitle: 'WeChat profile',
  unionidWhy: 'To recognise you in our other apps',
  unionid: 'Allow',
  privacyTitle: 'Your privacy',
  privacyWhy: 'Before you go on, please read and accept the',
  privacyContract: 'privacy notice',
  agree: 'Accept and go on',
  notNow: 'Not now',
  close: 'Close',
  retry: 'Try again',
  waiting: 'Logging in',
  granted: 'All is granted',
  denied: 'You declined. Tap again if you change your mind',
  retap: 'Login renewed, please tap again',
  offline: 'No network, please try again later',
  busy: 'The service is busy, please try again later',
  taken: 'This number belongs to another account',
  unavailable: 'Not available at the moment, please try again later',
  noPictures: 'Pictures are not supported here, you can save the nickname alone',
  badPicture: 'This picture can\'t be used, please choose another',
  refusedContent: 'Not suitable, please choose another',
  failed: 'That did not work, please try again',
  thisDevice: 'This device',
  someDevice: 'Unknown device',
  lastUsed: 'Last used',
  end: 'Log out',
  endOthers: 'Log out other devices',
  noOthers: 'No other device is logged in'
}

/** Code of a failure to the name of its text; all others are `failed`. */
const FAILURES = {
  NETWORK: 'offline',
  TIMEOUT: 'offline',
  TOO_MANY_REQUESTS: 'busy',
  WECHAT_UNAVAILABLE: 'busy',
  BUSY: 'busy',
  FUSE_OPEN: 'busy',
  PHONE_TAKEN: 'taken',
  NOT_AVAILABLE: 'unavailable',
  PICTURE_INVALID: 'badPicture',
  BODY_TOO_LARGE: 'badPicture',
  CONTENT_REFUSED: 'refusedContent'
}

/** @returns {string} such as zh_CN or en */
function language() {
  try {
    return (wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()).language || 'zh'
  } catch (unknown) {
    return 'zh'
  }
}

/**
 * @param {object} [own]
 * @param {{texts?: object}} [client]
 * @returns {{[name: string]: string}}
 */
const textsFor = (own, client) => Object.assign({}, /^zh/i.test(language()) ? ZH : EN, client && client.texts, own)

/**
 * @param {{[name: string]: string}} texts
 * @param {{code: string, field?: string, userAction?: string}} failure
 */
function messageOf(texts, { code, field, userAction }) {
  if (userAction === 'retap') return texts.retap
  if (code === 'NOT_FOUND' && field === 'avatarUrl') return texts.noPictures
  return texts[FAILURES[code] || 'failed']
}

const nothing = () => {}

module.exports = { textsFor, messageOf, nothing }
