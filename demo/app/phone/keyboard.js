// SPDX-License-Identifier: MIT
/*
 * keyboard.js: whatever can be tapped can be reached and tapped by keyboard.
 *
 * The platform knows fingers only.  space.js marks what listens to taps with
 * data-tap; of these, whatever has a name becomes a button for the keyboard
 * and for screen readers.  Enter and Space tap.
 */

/** @param {Element} element */
const isControl = (element) => /^(BUTTON|INPUT)$/.test(element.tagName)

/** @param {HTMLElement} element */
function offer(element) {
  if (isControl(element)) return
  // A dimmed page behind a sheet listens too, and has nothing to say.
  const named = element.textContent.trim() !== '' || element.hasAttribute('aria-label')
  if (!named) return element.removeAttribute('tabindex')
  element.tabIndex = 0
  if (!element.hasAttribute('role')) element.setAttribute('role', 'button')
}

/**
 * @param {HTMLElement} pages
 * @param {(element: Element) => void} tap
 */
export function addKeyboard(pages, tap) {
  const look = () => pages.querySelectorAll('[data-tap]').forEach(offer)
  new MutationObserver(look).observe(pages, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-tap', 'aria-label'] })
  pages.addEventListener('keydown', (event) => {
    const element = /** @type {Element} */ (event.target)
    if (event.key !== 'Enter' && event.key !== ' ') return
    if (!element.matches('[data-tap]') || element.tagName === 'INPUT') return
    event.preventDefault()
    tap(element)
  })
}
