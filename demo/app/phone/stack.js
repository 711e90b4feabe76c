// SPDX-License-Identifier: MIT
/*
 * stack.js: the page stack: at most ten pages, tab pages that stay alive,
 * lifecycles in WeChat's order, and WeChat's words for what it refuses.
 *
 *   navigateTo redirectTo reLaunch switchTab navigateBack   throw {message}
 *   start(urls)  opens the first page, then those one after the other
 *   callers()    what getCurrentPages gives
 *   where()      their addresses
 *   hide(), show()   the mini program to the background and back
 *
 * A page's options are raw, as on the platform: not decoded, cut at a second
 * "=", and the string "undefined" for a key without a value.
 */

const LIMIT = 10

/** @param {string} url */
export function parseUrl(url) {
  const [path, query = ''] = url.replace(/^\//, '').split('?')
  const options = {}
  for (const part of query.split('&').filter(Boolean)) {
    const [key, value] = part.split('=')
    options[key] = String(value)
  }
  return { route: path, options }
}

/**
 * @typedef {{route: string, root: import('../types').PageRoot, caller: import('../types').Caller, box: HTMLElement, title: string, ready: boolean}} Page
 */

/** @param {Page} page */
function addressOf({ route, caller: { options } }) {
  const query = Object.entries(options).map(([key, value]) => `${key}=${value}`).join('&')
  return '/' + route + (query && '?' + query)
}

/**
 * @param {import('../types').AppJson} app
 * @param {import('../types').Space} space
 * @param {import('../types').Chrome} chrome
 * @param {Element} host
 */
export function createStack(app, space, chrome, host) {
  const tabs = ((app.tabBar || {}).list || []).map(({ pagePath }) => pagePath)
  const isTab = (route) => tabs.includes(route)
  /** @type {Map<string, Page>} tab pages that are alive */
  const alive = new Map()
  /** @type {Page[]} */
  let stack = []
  const top = () => stack[stack.length - 1]

  function call(page, hook, argument) {
    if (typeof page.caller[hook] === 'function') page.caller[hook](argument)
  }

  function create(route, options) {
    const { root, caller } = space.create(route)
    const box = document.createElement('div')
    box.className = 'wx-page'
    box.dataset.route = route
    box.innerHTML = '<div class="wx-scroll" tabindex="-1"><div></div></div>'
    caller.route = route
    caller.options = options
    const page = { route, root, caller, box, title: '', ready: false }
    host.append(box)
    root.attach(box.firstElementChild, box.firstElementChild.firstElementChild)
    return page
  }

  /** What the user sees from now on. */
  function reveal(page) {
    page.box.hidden = false
    chrome.showPage({ title: page.title, canGoBack: stack.length > 1, isTab: isTab(page.route), route: page.route })
    call(page, 'onShow')
    page.root.getComponent().triggerPageLifetime('show', [])
    follow(page)
    if (page.ready) return
    page.ready = true
    queueMicrotask(() => call(page, 'onReady'))
  }

  /** The keyboard goes on in the page that came, when it was in the one that went. @param {Page} page */
  function follow(page) {
    const lost = document.activeElement === document.body || document.activeElement.closest('[hidden]')
    if (document.hasFocus() && lost) /** @type {HTMLElement} */ (page.box.firstChild).focus({ preventScroll: true })
  }

  function cover(page) {
    page.box.hidden = true
    call(page, 'onHide')
    page.root.getComponent().triggerPageLifetime('hide', [])
  }

  function remove(page) {
    call(page, 'onUnload')
    page.root.release()
    page.box.remove()
    if (alive.get(page.route) === page) alive.delete(page.route)
  }

  function open(route, options) {
    const page = create(route, options)
    page.title = space.configOf(route).navigationBarTitleText || app.window.navigationBarTitleText || ''
    if (isTab(route)) alive.set(route, page)
    stack.push(page)
    call(page, 'onLoad', options)
    // onLoad may have left already.
    if (top() === page) reveal(page)
  }

  /** @param {string} url @param {string} api */
  function target(url, api) {
    const base = top() ? top().route : ''
    const absolute = url.startsWith('/') ? url : new URL(url, 'http://x/' + base).href.slice(8)
    const parsed = parseUrl(absolute)
    if (!space.has(parsed.route)) throw new Error(`page "${parsed.route}" is not found`)
    if (isTab(parsed.route) && (api === 'navigateTo' || api === 'redirectTo')) throw new Error(`can not ${api} a tabbar page`)
    return parsed
  }

  return {
    callers: () => stack.map(({ caller }) => caller),

    where: () => stack.map(addressOf),

    /** @param {string[]} [urls] */
    start(urls = []) {
      open(app.pages[0], {})
      for (const url of urls) {
        if (isTab(parseUrl(url).route)) this.switchTab(url)
        else this.navigateTo(url)
      }
    },

    /** @param {string} url */
    navigateTo(url) {
      const { route, options } = target(url, 'navigateTo')
      if (stack.length >= LIMIT) throw new Error('page limit exceeded: ' + LIMIT)
      cover(top())
      open(route, options)
    },

    /** @param {string} url */
    redirectTo(url) {
      const { route, options } = target(url, 'redirectTo')
      remove(stack.pop())
      open(route, options)
    },

    /** @param {string} url */
    reLaunch(url) {
      const { route, options } = target(url, 'reLaunch')
      for (const page of new Set([...stack, ...alive.values()])) remove(page)
      stack = []
      open(route, options)
    },

    /** @param {string} url without query */
    switchTab(url) {
      const { route } = target(url.split('?')[0], 'switchTab')
      if (!isTab(route)) throw new Error('can not switch to no-tabBar page')
      if (top() && top().route === route) return
      for (const page of stack.filter((other) => !isTab(other.route))) remove(page)
      const shown = stack.find((page) => isTab(page.route))
      if (shown && shown.route !== route) cover(shown)
      const page = alive.get(route)
      stack = []
      if (!page) return open(route, {})
      stack = [page]
      reveal(page)
    },

    /** @param {number} [delta] */
    navigateBack(delta = 1) {
      if (stack.length < 2) throw new Error('cannot navigate back at first page.')
      for (let n = Math.min(delta, stack.length - 1); n > 0; n--) remove(stack.pop())
      reveal(top())
    },

    /** @param {string} title */
    setTitle(title) {
      top().title = title
      chrome.setTitle(title)
    },

    hide() {
      cover(top())
    },

    show() {
      reveal(top())
    },

    /** Pulls the page down. */
    pull() {
      call(top(), 'onPullDownRefresh')
    }
  }
}
