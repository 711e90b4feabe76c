// SPDX-License-Identifier: MIT
/*
 * texts.js: what the components say, in Chinese and English.
 *
 *   textsFor()            in the language of the user's WeChat
 *   messageOf(texts, e)   a failed step in words
 */
'use strict'

const ZH = {
  pickAvatar: '选择头像',
  nickname: '昵称',
  nicknameHint: '请输入昵称',
  save: '保存',
  phone: '微信手机号一键绑定',
  userTitle: '完善头像昵称',
  userWhy: '用于在订单和评价中展示',
  phoneTitle: '绑定手机号',
  phoneWhy: '用于接收取件和售后通知',
  privacyTitle: '用户隐私保护提示',
  privacyWhy: '继续之前，请阅读并同意',
  privacyContract: '《隐私保护指引》',
  agree: '同意并继续',
  notNow: '暂不授权',
  close: '关闭',
  retry: '重试',
  waiting: '正在登录',
  denied: '你拒绝了授权，可以再点一次',
  retap: '登录已更新，请再点一次',
  offline: '网络不通，请稍后再试',
  busy: '服务繁忙，请稍后再试',
  taken: '这个手机号已绑定其他账号',
  unavailable: '暂时无法使用，请稍后再试',
  failed: '没有成功，请再试一次'
}

const EN = {
  pickAvatar: 'Choose a picture',
  nickname: 'Nickname',
  nicknameHint: 'Your nickname',
  save: 'Save',
  phone: 'Use my WeChat phone number',
  userTitle: 'Picture and nickname',
  userWhy: 'Shown with your orders and reviews',
  phoneTitle: 'Phone number',
  phoneWhy: 'For news about pick-up and returns',
  privacyTitle: 'Your privacy',
  privacyWhy: 'Before you go on, please read and accept the',
  privacyContract: 'privacy notice',
  agree: 'Accept and go on',
  notNow: 'Not now',
  close: 'Close',
  retry: 'Try again',
  waiting: 'Logging in',
  denied: 'You declined. Tap again if you change your mind',
  retap: 'Login renewed, please tap again',
  offline: 'No network, please try again later',
  busy: 'The service is busy, please try again later',
  taken: 'This number belongs to another account',
  unavailable: 'Not available at the moment, please try again later',
  failed: 'That did not work, please try again'
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
  NOT_AVAILABLE: 'unavailable'
}

/** @returns {string} such as zh_CN or en */
function language() {
  try {
    return (wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()).language || 'zh'
  } catch (unknown) {
    return 'zh'
  }
}

/** @returns {{[name: string]: string}} */
const textsFor = () => (/^zh/i.test(language()) ? ZH : EN)

/**
 * @param {{[name: string]: string}} texts
 * @param {{code: string, userAction?: string}} failure
 */
function messageOf(texts, failure) {
  if (failure.userAction === 'retap') return texts.retap
  return texts[FAILURES[failure.code] || 'failed']
}

module.exports = { textsFor, messageOf }
