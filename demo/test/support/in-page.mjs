// SPDX-License-Identifier: MIT
/*
 * in-page.mjs: what both drivers run inside of the phone's page.  Each function
 * stands alone: it is sent to the browser as text.
 */

/** The innermost element the user sees with this text; exact before containing; the topmost of several. */
export function find(text) {
  const seen = (element) => !element.closest('[hidden]') && (!element.getClientRects || document.defaultView.noLayout || element.getClientRects().length > 0)
  const words = (element) => element.textContent.replace(/\s+/g, ' ').trim()
  const all = [...document.querySelectorAll('#phone *')].filter(seen)
  const exact = all.filter((element) => words(element) === text)
  const some = exact.length > 0 ? exact : all.filter((element) => words(element).includes(text))
  return some.filter((element) => !some.some((other) => other !== element && element.contains(other))).pop() || null
}

/** What leaves the phone, as it ended: [{name, path, status, code, words, ...}]. */
export const wire = () => window.phone.past().filter((event) => event.end)

/** How many requests were on the wire at most. */
export const peak = () => Math.max(...window.phone.past().map((event) => event.open || 0))

/** The page on top. */
export const route = () => getCurrentPages()[getCurrentPages().length - 1].route

/**
 * Resolves to what a function gives as soon as that is something; looks at each
 * change of the document.
 */
export function until(source, args, patience) {
  const look = (0, eval)(`(${source})`)
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      observer.disconnect()
      clearTimeout(timer)
      settle(value)
    }
    const check = () => {
      const value = look(...args)
      if (value) end(resolve, value)
    }
    const observer = new MutationObserver(check)
    const timer = setTimeout(() => end(reject, new Error(`waited in vain for ${args} in: ${document.body.textContent.replace(/\s+/g, ' ')}`)), patience)
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    check()
  })
}
