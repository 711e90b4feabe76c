// SPDX-License-Identifier: MIT
/*
 * chrome.js: what WeChat draws around a page: title bar with the capsule, and
 * the tab bar.  The listeners are set by wx.js, which knows what they do.
 */

const HOUSE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 11.5 12 4l8 7.5V20h-5.5v-5.5h-5V20H4z"/></svg>'
const PERSON = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="8" r="4"/><path d="M4 20.5c.6-4.4 3.8-6.6 8-6.6s7.4 2.2 8 6.6z"/></svg>'
const ICONS = [HOUSE, PERSON]

/** @param {string} html */
function element(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  return /** @type {HTMLElement} */ (template.content.firstElementChild)
}

/**
 * @param {import('../types').AppJson} app
 * @param {HTMLElement} phone
 * @param {import('../types').Texts} t
 * @returns {import('../types').Chrome}
 */
export function createChrome(app, phone, t) {
  const title = /** @type {HTMLElement} */ (phone.querySelector('.bar-title'))
  const back = /** @type {HTMLElement} */ (phone.querySelector('.bar-back'))
  const tabBar = /** @type {HTMLElement} */ (phone.querySelector('.tab-bar'))
  const handlers = { back() {}, tab(/** @type {string} */ _route) {}, pull() {} }
  const { list } = app.tabBar

  const tabs = list.map(({ pagePath, text }, index) => {
    const tab = element(`<button type="button" class="tab">${ICONS[index % ICONS.length]}<span></span></button>`)
    tab.lastElementChild.textContent = text
    tab.dataset.route = pagePath
    tab.addEventListener('click', () => handlers.tab('/' + pagePath))
    tabBar.append(tab)
    return tab
  })
  back.setAttribute('aria-label', t.back)
  back.addEventListener('click', () => handlers.back())
  title.addEventListener('dblclick', () => handlers.pull())
  // By keyboard a click has no count.
  title.addEventListener('click', ({ detail }) => detail === 0 && handlers.pull())

  return {
    handlers,

    /** @param {string} text */
    setTitle(text) {
      title.textContent = text
    },

    /** @param {{title: string, canGoBack: boolean, isTab: boolean, route: string}} page */
    showPage({ title: text, canGoBack, isTab, route }) {
      title.textContent = text
      back.hidden = !canGoBack
      tabBar.hidden = !isTab
      for (const tab of tabs) {
        tab.classList.toggle('tab-on', tab.dataset.route === route)
        tab.setAttribute('aria-current', tab.dataset.route === route ? 'page' : 'false')
      }
    },

    /** @param {number} index @param {string} text */
    setTab(index, text) {
      if (!tabs[index]) throw new Error('tab not found')
      tabs[index].lastElementChild.textContent = text
    }
  }
}
