// SPDX-License-Identifier: MIT
/*
 * builtins.js: the platform's own components, as far as plain pages use them:
 * view, text, image, scroll-view, button with open-type, input, form.
 *
 * Each is a DOM element of its own name; what WeChat shows for it is in
 * phone.html's style sheet.  A disabled button still opens the sheet of its
 * open-type, as on the platform: guarding against that is the component's job.
 */
import * as ge from 'glass-easel'

/** @typedef {import('../types').BuiltIn} Component */
/** @typedef {import('../types').ComponentSpace} ComponentSpace */

/** The built-in component behind an element. @type {WeakMap<Element, Component>} */
const componentOf = new WeakMap()

const ARIA = { ariaRole: String, ariaLabel: String }
const VIEW = { hoverClass: String, ...ARIA }

/** @param {EventTarget} target */
function buttonAt(target) {
  const element = target instanceof Element ? target.closest('button') : null
  return element ? componentOf.get(element) : undefined
}

/** Is there a disabled button at this place?  Then its open-type is all that happens. @param {EventTarget} target */
export function isDisabled(target) {
  const button = buttonAt(target)
  if (!button || !button.data.disabled) return false
  button.act()
  return true
}

/** @param {Element} element @param {string} name @param {string | boolean} value */
function attribute(element, name, value) {
  if (value) element.setAttribute(name, value === true ? '' : value)
  else element.removeAttribute(name)
}

/** @param {Component} component @param {string} type @param {object} detail */
const fire = (component, type, detail) => ge.triggerEvent(/** @type {ge.GeneralComponent} */ (/** @type {unknown} */ (component)), type, detail, { bubbles: false })

/** Attributes that the element shows: property, attribute. */
const SHOWN = [['ariaRole', 'role'], ['ariaLabel', 'aria-label'], ['disabled', 'data-disabled'], ['loading', 'data-loading'],
  ['type', 'data-type'], ['placeholder', 'placeholder'], ['name', 'name'], ['maxlength', 'maxlength'], ['mode', 'data-mode']]

/**
 * @param {ComponentSpace} space
 * @param {string} tag
 * @param {object} properties
 * @param {import('../types').BuiltInParts} [more]
 */
function define(space, tag, properties, { attached, observers, methods } = {}) {
  const show = function (name, attr) {
    return function (value) {
      if (this.$$) attribute(this.$$, attr, value)
    }
  }
  const shown = Object.fromEntries(SHOWN.filter(([name]) => name in properties).map(([name, attr]) => [name, show(name, attr)]))
  space.setGlobalUsingComponent(tag, space.defineComponent({
    is: 'wx://' + tag,
    properties,
    methods,
    observers: { ...shown, ...observers },
    lifetimes: {
      /** @this {Component} */
      attached() {
        componentOf.set(this.$$, this)
        for (const [name, attr] of SHOWN) if (name in properties) attribute(this.$$, attr, this.data[name])
        if (attached) attached.call(this)
      }
    }
  }))
}

/** What a button's open-type does: asks, then fires its event. @type {Record<string, (platform: import('../types').Platform) => Promise<[string, object]>>} */
const OPEN_TYPES = {
  getPhoneNumber: ({ wechat }) => wechat.phoneNumber().then((detail) => ['getphonenumber', detail]),
  chooseAvatar: ({ wechat }) => wechat.avatar().then((detail) => ['chooseavatar', detail]),
  getUserInfo: ({ wechat }) => wechat.userInfo().then((detail) => ['getuserinfo', detail]),
  agreePrivacyAuthorization: ({ world }) => {
    world.switches.consent = false
    return Promise.resolve(['agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' }])
  }
}

/** Gives the form that a submit button stands in the values of its inputs. @param {Element} element */
function submit(element) {
  const form = element.closest('form')
  const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name]')])
  fire(componentOf.get(form), 'submit', { value: Object.fromEntries(fields.map((field) => [field.name, field.value])) })
}

/** @param {ComponentSpace} space @param {import('../types').Platform} platform */
function addButton(space, platform) {
  const properties = { type: String, size: String, plain: Boolean, disabled: Boolean, loading: Boolean, openType: String, formType: String, ...VIEW }
  define(space, 'button', properties, {
    attached() {
      this.$$.type = 'button'
      this.addListener('tap', () => this.act())
    },
    methods: {
      async act() {
        const open = OPEN_TYPES[this.data.openType]
        if (this.data.formType === 'submit' && !this.data.disabled) submit(this.$$)
        if (!open) return
        const [type, detail] = await open(platform)
        // The platform tells nobody when the button is gone.
        if (this.$$.isConnected) fire(this, type, detail)
      }
    }
  })
}

/** @param {ComponentSpace} space @param {import('../types').Platform} platform */
function addInput(space, { wechat }) {
  const properties = { value: String, type: String, name: String, placeholder: String, maxlength: Number, disabled: Boolean, focus: Boolean }
  define(space, 'input', properties, {
    attached() {
      const input = this.$$
      input.value = this.data.value
      input.readOnly = this.data.disabled
      input.addEventListener('input', () => fire(this, 'input', { value: input.value }))
      input.addEventListener('focus', () => {
        if (this.data.type === 'nickname') wechat.offerNickname(input)
      })
      input.addEventListener('blur', () => {
        fire(this, 'blur', { value: input.value })
        if (this.data.type === 'nickname') fire(this, 'nicknamereview', { pass: true, timeout: false })
      })
    },
    observers: {
      value(value) {
        if (this.$$ && this.$$.value !== value) this.$$.value = value
      },
      disabled(disabled) {
        if (this.$$) this.$$.readOnly = disabled
      },
      focus(focus) {
        if (this.$$ && focus) this.$$.focus()
      }
    }
  })
}

/** @param {ComponentSpace} space @param {import('../types').Platform} platform */
function addImage(space, { wechat }) {
  /** @this {Component} */
  const paint = function () {
    const address = wechat.fileAt(this.data.src)
    if (this.$$) this.$$.style.backgroundImage = address ? `url("${address}")` : ''
  }
  define(space, 'image', { src: String, mode: String, ...ARIA }, { attached: paint, observers: { src: paint } })
}

/** @param {ComponentSpace} space @param {{world: import('../types').World, native: import('../types').Native}} platform */
export function addBuiltins(space, { world, native }) {
  const platform = { world, wechat: native }
  define(space, 'view', VIEW)
  define(space, 'text', { selectable: Boolean, userSelect: Boolean, ...ARIA })
  define(space, 'scroll-view', { scrollX: Boolean, scrollY: Boolean, ...ARIA })
  define(space, 'form', {}, {
    attached() {
      this.$$.addEventListener('submit', (event) => event.preventDefault())
      this.$$.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') event.preventDefault()
      })
    }
  })
  addButton(space, platform)
  addInput(space, platform)
  addImage(space, platform)
}
