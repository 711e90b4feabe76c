// SPDX-License-Identifier: MIT
/*
 * lanes.js: three clients side by side under the same load: how often each
 * called wx.login, how many of its requests failed, and whether the user's
 * other phone is still logged in.
 *
 *   createLanes(host, texts)
 *     load(name, n)            n requests begin; returns what to tell of each outcome
 *     login(name)              one wx.login
 *     other(name, live)        the user's other phone
 *     counts(name)             {logins, sent, served, failed, reason}
 *     translate(texts), reset()
 */

/** @typedef {{logins: number, sent: number, served: number, failed: number, reason: string, other: '' | 'in' | 'out'}} Counts */

/** Dots that a lane shows. */
const DOTS = 50

/** @returns {Counts} */
const none = () => ({ logins: 0, sent: 0, served: 0, failed: 0, reason: '', other: '' })

/**
 * @param {HTMLElement} host with an element [data-lane] for each client
 * @param {import('../types').Texts} texts
 */
export function createLanes(host, texts) {
  let t = texts
  const nodes = /** @type {HTMLElement[]} */ ([...host.querySelectorAll('[data-lane]')])
  const names = nodes.map(({ dataset }) => dataset.lane)
  /** @type {Record<string, Counts>} */
  let lanes = {}
  /** Outcomes of requests sent before a reset are of no interest. */
  let era = 0

  /** @param {string} name */
  const nodeOf = (name) => nodes[names.indexOf(name)]

  /** @param {string} name */
  function draw(name) {
    const node = nodeOf(name)
    const { logins, failed, served, reason, other } = lanes[name]
    const most = Math.max(1, ...Object.values(lanes).map((lane) => lane.logins))
    for (const [what, n] of Object.entries({ logins, failed, served })) node.querySelector(`[data-count="${what}"]`).textContent = String(n)
    for (const each of names) nodeOf(each).style.setProperty('--share', String(lanes[each].logins / most))
    node.querySelector('[data-text="logins"]').textContent = logins === 1 ? t.login : t.logins
    node.querySelector('.dots').setAttribute('data-empty', t.dots)
    node.dataset.failing = String(failed > 0)
    node.dataset.other = other
    node.querySelector('.lane-other').textContent = other ? t['other_' + other] : ''
    node.querySelector('.lane-reason').textContent = reason
  }

  /** Room for n more dots: old ones go, those that wait stay. @param {Element} dots @param {number} n */
  function addDots(dots, n) {
    const added = Array.from({ length: n }, () => {
      const dot = document.createElement('i')
      dot.className = 'dot'
      return dot
    })
    if (n >= DOTS / 2) dots.replaceChildren()
    dots.append(...added)
    while (dots.childElementCount > DOTS) dots.firstElementChild.remove()
    return added
  }

  function reset() {
    era++
    lanes = Object.fromEntries(names.map((name) => [name, none()]))
    for (const name of names) {
      nodeOf(name).querySelector('.dots').replaceChildren()
      draw(name)
    }
  }
  reset()

  return {
    reset,

    /** @param {string} name @param {number} n @returns {(outcome: import('../types').Outcome, index: number) => void} */
    load(name, n) {
      const dots = addDots(nodeOf(name).querySelector('.dots'), n)
      const begun = era
      lanes[name].sent += n
      return (outcome, index) => {
        const good = outcome === 200
        dots[index].dataset.is = good ? 'good' : 'bad'
        if (begun !== era) return
        if (good) lanes[name].served++
        else Object.assign(lanes[name], { failed: lanes[name].failed + 1, reason: String(outcome) })
        draw(name)
      }
    },

    /** @param {string} name */
    login(name) {
      lanes[name].logins++
      draw(name)
    },

    /** @param {string} name @param {boolean} live */
    other(name, live) {
      lanes[name].other = live ? 'in' : 'out'
      draw(name)
    },

    /** @param {string} name @returns {Counts} */
    counts: (name) => ({ ...lanes[name] }),

    /** @param {import('../types').Texts} other */
    translate(other) {
      t = other
      names.forEach(draw)
    }
  }
}
