// SPDX-License-Identifier: MIT
/*
 * space.js: glass-easel with the mini program's components in it.
 *
 *   define()         runs the scripts of all pages and components
 *   create(route)    {root, caller}: a page, not attached yet
 *   tap(element)     as a finger would
 *
 * The window gives mouse and touch events; taps are made of them here and
 * dispatched into the component tree.
 */
import * as ge from 'glass-easel'
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import { addBuiltins, isDisabled } from './builtins.js'

/** Browser events as mini program events; what listens to taps is marked for the keyboard. */
class Context extends ge.CurrentWindowBackendContext {
  constructor() {
    super()
    this.onEvent((target, type, detail, options) => {
      const { originalEvent } = options
      if (type === 'tap' && originalEvent && isDisabled(/** @type {Event} */ (originalEvent).target)) return undefined
      return dispatch(target, type, detail, options)
    })
  }

  setListenerStats(element, type, capture, level) {
    if (type === 'tap' && element) element.setAttribute('data-tap', '')
    super.setListenerStats(element, type, capture, level)
  }
}

/** Sends an event into the component tree. */
function dispatch(target, type, detail, options) {
  const event = new ge.Event(type, detail, options)
  ge.Event.dispatchEvent(target, event)
  return event.getEventBubbleStatus()
}

/** @param {Element} element that glass-easel made */
function tap(element) {
  if (isDisabled(element)) return
  const { left, top } = element.getBoundingClientRect()
  dispatch(/** @type {any} */ (element).__wxElement, 'tap', { x: left, y: top }, { bubbles: true, composed: true })
}

/**
 * @param {import('../types').Part[]} parts
 * @param {import('../types').Templates} templates compiled
 * @param {{world: import('../types').World, native: import('../types').Native}} platform what the built-in components need
 * @returns {import('../types').Space & {tap(element: Element): void}}
 */
export function createSpace(parts, templates, platform) {
  const env = new MiniProgramEnv()
  const code = env.createCodeSpace('main', true)
  addBuiltins(code.getComponentSpace(), platform)
  const backend = env.associateBackend(new Context())

  return {
    tap,

    define() {
      for (const { path, json, scope } of parts) {
        code.addComponentStaticConfig(path, json)
        code.addCompiledTemplate(path, { groupList: templates, content: templates[path] })
        if (scope) code.addStyleSheet(path, undefined, scope)
      }
      for (const { path, run } of parts) code.globalComponentEnv(window, path, run)
    },

    /** @param {string} route */
    create(route) {
      const root = backend.createRoot('wx-root', code, '/' + route)
      return /** @type {{root: import('../types').PageRoot, caller: import('../types').Caller}} */ (/** @type {unknown} */ ({ root, caller: root.get() }))
    },

    /** @param {string} route */
    has: (route) => parts.some(({ path, json }) => path === route && !json.component),

    /** @param {string} route */
    configOf: (route) => (parts.find(({ path }) => path === route) || { json: {} }).json
  }
}
