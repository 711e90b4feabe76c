// SPDX-License-Identifier: MIT
/*
 * native.js: WeChat's own sheets over the mini program, which the visitor taps,
 * and what they give to the mini program.
 *
 *   phoneNumber()  avatar()  userInfo()   details of the buttons' events
 *   offerNickname(input)                  the keyboard's suggestion
 *   modal(options)  toast(options)  loading(options)  contract()
 *   fileAt(path)                          what an <image> shows
 *
 * Codes, encrypted data and signatures are made by the stand-in, which plays
 * WeChat's servers; nothing is made up here.
 */
import { ask } from './stand-in.js'
import { textsOf } from './texts.js'

/** Pictures that this WeChat user has: one's own, and one in the album. */
const FACE = '/face.png'
const ALBUM = '/album.png'

/** @param {string} html with %name% for escaped texts @param {{[name: string]: string}} values */
function fragment(html, values) {
  const template = document.createElement('template')
  template.innerHTML = html.replace(/%(\w+)%/g, (_, name) => String(values[name] || '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`))
  return /** @type {HTMLElement} */ (template.content.firstElementChild)
}

/** To the next of what can have the focus, or stays. @param {HTMLElement} element @param {number} step */
function focusAfter(element, step) {
  const all = /** @type {HTMLElement[]} */ ([...element.closest('.wx-scroll').querySelectorAll('button, input, [tabindex="0"]')])
  const next = all[all.indexOf(element) + step]
  if (next) next.focus()
}

/**
 * @param {HTMLElement} host
 * @param {import('../types').World} world
 * @returns {import('../types').Native}
 */
export function createNative(host, world) {
  const t = textsOf(world.lang)
  const files = new Map()
  let toastTimer = 0

  /** While a sheet is open nothing else can be reached. */
  function cover() {
    const open = host.querySelector('.native-sheet') !== null
    for (const node of host.parentElement.children) if (node !== host) node.toggleAttribute('inert', open)
  }

  /** Shows a sheet; resolves to the data-answer of what was tapped, '' when dismissed. @returns {Promise<string>} */
  function sheet(html, values) {
    const node = fragment(html, { ...t, ...values })
    const before = /** @type {HTMLElement} */ (document.activeElement)
    host.append(node)
    cover()
    if (document.hasFocus()) node.querySelector('button').focus()
    return new Promise((resolve) => {
      const end = (answer) => {
        node.remove()
        cover()
        if (document.hasFocus() && before.isConnected) before.focus()
        resolve(answer)
      }
      node.addEventListener('click', ({ target }) => {
        const { answer } = /** @type {HTMLElement} */ (target).dataset
        if (answer !== undefined) end(answer)
      })
      node.addEventListener('keydown', ({ key }) => key === 'Escape' && end(''))
    })
  }

  /** Tells the panel about a sheet, from opening to answer. */
  async function asked(name, html, values) {
    const end = world.begin({ name: 'sheet', sheet: name })
    const answer = world.switches.deny ? '' : await sheet(html, values)
    end({ answer })
    return answer
  }

  /** A picture of the phone, under a path of the platform's kind. */
  function keepFile(content) {
    const path = `wxfile://tmp_${files.size + 1}.png`
    files.set(path, content)
    return path
  }

  async function phoneNumber() {
    const number = world.phoneNumber.replace(/^(.{3}).*(.{4})$/, '$1****$2')
    const answer = await asked('phone', PHONE_SHEET, { number })
    if (answer !== 'allow') return { errMsg: 'getPhoneNumber:fail user deny' }
    const { code, encryptedData, iv } = await ask('phone', { user: world.user, phone: world.phoneNumber })
    const data = { errMsg: 'getPhoneNumber:ok', encryptedData, iv }
    return world.switches.old ? data : { ...data, code }
  }

  async function avatar() {
    const answer = await asked('avatar', AVATAR_SHEET, {})
    if (!answer) return { errMsg: 'chooseAvatar:fail cancel' }
    return { avatarUrl: keepFile(answer === 'wechat' ? FACE : ALBUM) }
  }

  /** Since 2022 the same for everybody: 微信用户 and a grey picture, but signed. */
  async function userInfo() {
    if (world.switches.deny) return { errMsg: 'getUserInfo:fail auth deny' }
    const data = await ask('userinfo', { user: world.user })
    return { ...data, userInfo: JSON.parse(data.rawData) }
  }

  /** The suggestion fills the field without an input event, as on the platform. @param {HTMLInputElement} input */
  function offerNickname(input) {
    clear('keyboard')
    const bar = fragment('<div class="keyboard"><button type="button" class="suggestion">%useNickname%<b>%name%</b></button></div>', { ...t, name: world.weChatName })
    host.append(bar)
    let open = true
    // Taking it away takes the focus from it, which takes it away.
    const leave = () => {
      if (open) {
        open = false
        bar.remove()
      }
    }
    const take = () => {
      input.value = world.weChatName
      if (document.activeElement === input) input.blur()
      else input.dispatchEvent(new FocusEvent('blur'))
      leave()
    }
    // Before the field loses the focus.
    bar.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      take()
    })
    // From the keyboard: Tab goes to the suggestion, Enter takes it; Tab goes on behind the field.
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Tab' || event.shiftKey || !open) return
      event.preventDefault()
      bar.querySelector('button').focus()
    })
    bar.addEventListener('keydown', (event) => {
      if (event.key !== 'Tab') return
      event.preventDefault()
      focusAfter(input, event.shiftKey ? 0 : 1)
    })
    bar.addEventListener('click', ({ detail }) => {
      if (detail !== 0) return
      take()
      focusAfter(input, 1)
    })
    for (const node of [input, bar]) {
      node.addEventListener('focusout', ({ relatedTarget }) => {
        if (!bar.contains(/** @type {Node} */ (relatedTarget))) leave()
      })
    }
  }

  function clear(kind) {
    host.querySelectorAll('.' + kind).forEach((node) => node.remove())
  }

  return {
    phoneNumber,
    avatar,
    userInfo,
    offerNickname,

    /** @param {string} src */
    fileAt: (src) => files.get(src) || (/^(https:|data:|\/)/.test(src || '') ? src : ''),

    contract: () => sheet(CONTRACT_SHEET, {}),

    async modal({ title = '', content = '', showCancel = true, confirmText = t.confirm, cancelText = t.cancel }) {
      const answer = await sheet(showCancel ? MODAL : ALERT, { title, content, confirmText, cancelText })
      return { confirm: answer === 'confirm', cancel: answer !== 'confirm' }
    },

    toast({ title, duration = 1500 }) {
      clear('toast')
      clearTimeout(toastTimer)
      host.append(fragment('<div class="toast" role="status">%title%</div>', { title }))
      toastTimer = window.setTimeout(() => clear('toast'), duration)
    },

    loading({ title }) {
      clear('loading')
      host.append(fragment('<div class="loading"><div class="spinner"></div>%title%</div>', { title }))
    },

    hideLoading: () => clear('loading')
  }
}

const HEAD = '<div class="sheet-head"><span class="sheet-icon">茶</span>%app% <span class="sheet-asks">%asks%</span></div>'
const PHONE_SHEET = `<div class="native-sheet" role="dialog" aria-modal="true" aria-label="%phoneTitle%"><div class="sheet-box">${HEAD}<h3>%phoneTitle%</h3>
  <div class="sheet-row"><div><b>%number%</b><small>%phoneNote%</small></div><i class="tick"></i></div>
  <div class="sheet-buttons"><button type="button" data-answer="deny">%deny%</button><button type="button" class="primary" data-answer="allow">%allow%</button></div></div></div>`
const AVATAR_SHEET = `<div class="native-sheet" role="dialog" aria-modal="true" aria-label="%avatarTitle%"><div class="sheet-box menu"><div class="menu-title">%avatarTitle%</div>
  <button type="button" class="menu-item" data-answer="wechat">%avatarWeChat%</button><button type="button" class="menu-item" data-answer="album">%avatarAlbum%</button>
  <button type="button" class="menu-item menu-cancel" data-answer="">%cancel%</button></div></div>`
const CONTRACT_SHEET = `<div class="native-sheet" role="dialog" aria-modal="true" aria-label="%contract%"><div class="sheet-box"><h3>%contract%</h3><p>%contractText%</p>
  <div class="sheet-buttons"><button type="button" class="primary" data-answer="close">%close%</button></div></div></div>`
const MODAL = `<div class="native-sheet middle" role="dialog" aria-modal="true" aria-label="%title%"><div class="modal-box"><h3>%title%</h3><p>%content%</p>
  <div class="modal-buttons"><button type="button" data-answer="cancel">%cancelText%</button><button type="button" class="modal-confirm" data-answer="confirm">%confirmText%</button></div></div></div>`
const ALERT = MODAL.replace('<button type="button" data-answer="cancel">%cancelText%</button>', '')
