// SPDX-License-Identifier: MIT
/*
 * wxss.mjs: WXSS as CSS.
 *
 *   asApp(text)              for all pages
 *   asPage(text, route)      for one page: below its box
 *   asComponent(text, scope) isolated: .name becomes .scope--name, as
 *                            glass-easel writes the class into the element
 *
 * A page's box is a size container, so that rpx (the 750th part of the page's
 * width) and vh are container units.  A selector weighs what it weighs on the
 * platform: what is put before it has no weight.  Some colours of WeChat's are
 * too pale to be read by all (its green is 2.4:1 with white, its red 3.3:1);
 * they become darker ones of the same hue.  Knows what plain sheets use: rules,
 * @keyframes and @media, no strings with braces.
 */

/** Colours that are too pale, and those of the same hue that reach 4.5:1. */
const READABLE = { '#07c160': '#067f40', '#fa5151': '#c92d2d', '#b3591b': '#a64f14' }

const round = (n) => Number(n.toFixed(5))

/** @param {string} text without comments */
function units(text) {
  return text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/(-?[\d.]+)rpx\b/g, (_, n) => `${round(n / 7.5)}cqw`)
    .replace(/(-?[\d.]+)vh\b/g, '$1cqh')
    .replace(/(-?[\d.]+)vw\b/g, '$1cqw')
    .replace(/#[\da-f]{6}\b/gi, (colour) => READABLE[colour.toLowerCase()] || colour)
}

/**
 * Rewrites the selectors of rules, not what is inside of @keyframes.
 * @param {string} text
 * @param {(selector: string) => string} change
 */
function selectors(text, change) {
  let keyframes = 0
  let depth = 0
  return text.replace(/([^{}]*)([{}])/g, (whole, before, brace) => {
    if (brace === '}') {
      if (--depth < keyframes) keyframes = 0
      return whole
    }
    depth++
    if (/@keyframes/.test(before)) keyframes = depth
    if (keyframes || /^\s*@/.test(before)) return whole
    return before.replace(/[^,]+/g, (one) => one.replace(/^(\s*)([^]*?)(\s*)$/, (_, a, selector, b) => a + change(selector) + b)) + brace
  })
}

const isPage = /^page\b/

/** @param {string} text */
export const asApp = (text) => selectors(units(text), (one) => (isPage.test(one) ? one.replace(isPage, '.wx-scroll') : ':where(.wx-scroll) ' + one))

/** @param {string} text @param {string} route */
export function asPage(text, route) {
  const box = `.wx-page[data-route="${route}"]`
  return selectors(units(text), (one) => (isPage.test(one) ? one.replace(isPage, box + ' .wx-scroll') : `:where(${box}) ${one}`))
}

/** @param {string} text @param {string} scope */
export const asComponent = (text, scope) => selectors(units(text), (one) => one.replace(/\.([a-zA-Z_][\w-]*)/g, `.${scope}--$1`))
