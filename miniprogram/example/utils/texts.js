// SPDX-License-Identifier: MIT
/*
 * texts.js: what the shop says, in Chinese and English.
 *
 *   lang           'zh' or 'en', by the language of the user's WeChat
 *   t              the texts; %s is filled in by fill(text, value)
 */
'use strict'

const zh = {
  shop: '小茶铺',
  home: '首页',
  mine: '我的',
  greeting: '你好，%s',
  stranger: '茶友',
  loggedIn: '已静默登录',
  loggingIn: '正在登录…',
  loginFailed: '登录没有成功，下拉或稍后再试',
  offer: '会员今日 %s 折',
  yuan: '¥',
  buy: '立即购买',
  buyNote: '需要手机号，用于取件通知',
  ordered: '下单成功',
  orderedNote: '取件通知将发送到 %s',
  fine: '好的',
  failed: '没有成功，请稍后再试',
  fuse: '登录暂停 %s 秒，稍后再试',
  tapToKnow: '点击完善资料',
  noPhone: '未绑定手机号',
  center: '个人中心',
  coupons: '优惠券',
  couponsNote: '%s 张可用',
  orders: '我的订单',
  settings: '设置',
  nickname: '昵称',
  phone: '手机号',
  userId: '用户编号',
  session: '会话有效期',
  seconds: '%s 秒',
  note: '来自',
  login: '账号与登录',
  unbind: '解绑手机号',
  unbound: '已解绑',
  others: '退出其他设备',
  logout: '退出登录',
  everywhere: '退出所有设备',
  everywhereNote: '你的每一台设备都将退出登录',
  ended: '已结束 %s 个会话',
  cancel: '取消',
  authTitle: '授权',
  notSet: '未设置',
  userWhy: '用于在订单和评价中展示',
  phoneWhy: '用于接收取件和售后通知',
  devices: '登录的设备'
}

const en = {
  shop: 'Tea Corner',
  home: 'Home',
  mine: 'Me',
  greeting: 'Hello, %s',
  stranger: 'tea lover',
  loggedIn: 'Logged in silently',
  loggingIn: 'Logging in…',
  loginFailed: 'Login failed, please try again later',
  offer: 'Members pay %s/10 today',
  yuan: '¥',
  buy: 'Buy now',
  buyNote: 'Needs a phone number for the pick-up message',
  ordered: 'Thank you',
  orderedNote: 'The pick-up message goes to %s',
  fine: 'OK',
  failed: 'That did not work, try again later',
  fuse: 'Login pauses for %s s, try later',
  tapToKnow: 'Tap to introduce yourself',
  noPhone: 'No phone number',
  center: 'My account',
  coupons: 'Coupons',
  couponsNote: '%s available',
  orders: 'My orders',
  settings: 'Settings',
  nickname: 'Nickname',
  phone: 'Phone',
  userId: 'User id',
  session: 'Session lasts',
  seconds: '%s s',
  note: 'From',
  login: 'Account and login',
  unbind: 'Unbind the phone number',
  unbound: 'Unbound',
  others: 'Log out other devices',
  logout: 'Log out',
  everywhere: 'Log out everywhere',
  everywhereNote: 'Every device of yours will be logged out',
  ended: '%s sessions ended',
  cancel: 'Cancel',
  authTitle: 'Authorisation',
  notSet: 'Not set',
  userWhy: 'Shown with your orders and reviews',
  phoneWhy: 'For news about pick-up and returns',
  devices: 'Devices'
}

/** @returns {string} */
function language() {
  const { language: name } = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()
  return /^zh/i.test(name || 'zh') ? 'zh' : 'en'
}

const lang = language()

/** @param {string} text @param {string | number} value */
const fill = (text, value) => text.replace('%s', String(value))

module.exports = { lang, t: lang === 'zh' ? zh : en, fill }
