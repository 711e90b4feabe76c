// SPDX-License-Identifier: MIT
/*
 * diagram.js: what went between mini program, wxlogin and WeChat, as it goes.
 *
 *   createDiagram(host, options)
 *     wire(phone, event)   an event of a phone's world.js
 *     translate(texts)     the rows in another language
 *     clear()
 *
 * A request is one arrow there and one back.  In a storm, equal arrows that
 * follow each other, or alternate with one other, are one row with a count; but
 * a reply never joins a row that stands above its own request.  What wxlogin
 * asked of WeChat is known only afterwards, from the stand-in's log: it is put
 * before the reply with the same request id, and left out when no reply has it
 * (it was another client's).
 */

/** @typedef {import('../types').Arrow} Arrow */
/** @typedef {import('../types').WireEvent} WireEvent */
/** @typedef {import('../types').Texts} Texts */

const ROWS = 400
/** Milliseconds within which equal arrows are one storm. */
const STORM = 500
/** Programs that may ask WeChat. */
const ASKING = /^\/wx\/(onlogin|updatephone|checkkey)/

const LANE = { mini: 0, wxlogin: 1, wechat: 2 }

/** @param {WireEvent} event */
function toneOf({ status, words }) {
  if (words) return 'bad'
  if (status < 400) return 'good'
  return status === 401 ? 'warn' : 'bad'
}

/** @param {string} id */
const short = (id) => id.slice(0, 8)

/** How an event of a phone reads. @param {WireEvent} event @returns {Arrow | null} */
function readEvent(event) {
  if (event.name === 'request') return readRequest(event)
  if (!event.end) return null
  if (event.name === 'login') {
    const label = event.ok ? `wx.login → code ${short(event.code)}…` : `wx.login ✗ ${event.words}`
    return { from: 'mini', to: 'wechat', tone: event.ok ? 'wechat' : 'bad', label: () => label }
  }
  if (event.name === 'checkSession') {
    return { from: 'mini', to: 'wechat', tone: 'wechat', label: (t) => `wx.checkSession → ${event.ok ? t.valid : t.invalid}` }
  }
  const yes = event.answer && event.answer !== 'deny'
  return { from: 'wechat', to: 'mini', tone: yes ? 'wechat' : 'warn', label: (t) => `${t['sheet' + event.sheet]}: ${yes ? t.allowed : t.denied}` }
}

/** @param {WireEvent} event @returns {Arrow} */
function readRequest(event) {
  const { method, path, end, status, code, words, requestId, ms } = event
  const label = !end ? `${method} ${path.split('?')[0]}` : words ? `✗ ${words}` : `${status} ${code || ''}`.trim()
  if (!end) return { from: 'mini', to: 'wxlogin', tone: 'plain', label: () => label }
  return { from: 'wxlogin', to: 'mini', tone: toneOf(event), label: () => label, requestId, ms }
}

/** @param {import('../types').WeChatCall} call @returns {Arrow} */
function readCall({ path, errcode, status, requestId }) {
  const outcome = status !== 200 ? `HTTP ${status}` : errcode ? `errcode ${errcode}` : 'ok'
  return { from: 'wxlogin', to: 'wechat', tone: outcome === 'ok' ? 'wechat' : 'bad', label: () => `${path} → ${outcome}`, requestId }
}

/** One row: an arrow with its label. @param {Arrow} arrow @param {Texts} t */
function rowOf(arrow, t) {
  const { phone, from, to, tone, requestId, ms } = arrow
  const row = document.createElement('div')
  const [left, right] = [LANE[from], LANE[to]].sort()
  row.className = `row lane-${left}${right} ${LANE[from] < LANE[to] ? 'right' : 'left'} tone-${tone}`
  row.dataset.requestId = requestId || ''
  const parts = { who: phone ? String(phone) : '', label: arrow.label(t), id: requestId ? short(requestId) : '', ms: ms === undefined ? '' : `${ms} ms` }
  row.innerHTML = '<span class="who"></span><div class="arrow"><span class="label"></span><span class="times"></span>' +
    '<button type="button" class="id" tabindex="-1"></button><span class="ms"></span></div>'
  for (const [name, text] of Object.entries(parts)) row.querySelector('.' + name).textContent = text
  row.querySelector('.id').toggleAttribute('hidden', !requestId)
  return row
}

/** @param {Node} one @param {Node} other */
const isAbove = (one, other) => (one.compareDocumentPosition(other) & 4 /* other follows */) !== 0

/** From the host up to the newest id, from there on up and down. @param {HTMLElement} host */
function addKeys(host) {
  host.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const ids = /** @type {HTMLElement[]} */ ([...host.querySelectorAll('.id:not([hidden])')])
    if (!step || ids.length === 0) return
    event.preventDefault()
    const at = ids.indexOf(/** @type {HTMLElement} */ (document.activeElement))
    const next = at < 0 ? ids[ids.length - 1] : ids[Math.min(ids.length - 1, Math.max(0, at + step))]
    next.focus()
  })
}

/**
 * @param {HTMLElement} host
 * @param {{texts: Texts, calls: (since: number) => Promise<import('../types').WeChatCall[]>, pick: (requestId: string) => void}} options
 *   calls: the stand-in's log; pick: what to do with a request id that was chosen
 */
export function createDiagram(host, { texts, calls, pick }) {
  let t = texts
  /** The last two rows, newest first. @type {{key: string, row: HTMLElement, times: number, at: number}[]} */
  let recent = []
  /** @type {WeakMap<Element, Arrow>} */
  let arrows = new WeakMap()
  /** The row of each request that has no reply yet. @type {Map<string, HTMLElement>} */
  const pending = new Map()
  /** The row of each reply, by its request id. @type {Map<string, HTMLElement>} */
  const replies = new Map()
  let known = 0
  let asking = Promise.resolve()

  function scrollToEnd() {
    host.scrollTop = host.scrollHeight
  }

  /** @param {Arrow} arrow @param {HTMLElement | null} before */
  function put(arrow, before) {
    const row = rowOf(arrow, t)
    arrows.set(row, arrow)
    host.insertBefore(row, before)
    while (host.childElementCount > ROWS) host.firstElementChild.remove()
    return row
  }

  /** @param {Arrow} arrow @param {HTMLElement} [below] the row it must not stand above */
  function add(arrow, below) {
    const key = [arrow.phone, arrow.from, arrow.to, arrow.label(t)].join()
    const now = performance.now()
    const same = recent.find((other) => other.key === key && now - other.at < STORM && (!below || isAbove(below, other.row)))
    if (same) {
      same.at = now
      same.times++
      same.row.querySelector('.times').textContent = '×' + same.times
      return same.row
    }
    const row = put(arrow, null)
    recent = [{ key, row, times: 1, at: now }, ...recent.slice(0, 1)]
    scrollToEnd()
    return row
  }

  /** @param {number} phone @param {WireEvent} event @param {Arrow} arrow */
  function addRequest(phone, event, arrow) {
    const call = phone + ':' + event.id
    if (!event.end) return void pending.set(call, add(arrow))
    const asked = pending.get(call)
    pending.delete(call)
    // Its request is not on the page any more: neither is the reply.
    if (!asked || !asked.isConnected) return
    const row = add(arrow, asked)
    if (event.requestId) replies.set(event.requestId, row)
    if (ASKING.test(event.path)) asking = asking.then(addCalls)
  }

  /** Puts wxlogin's calls to WeChat where they belong. */
  async function addCalls() {
    for (const call of await calls(known)) {
      known = call.id
      const reply = replies.get(call.requestId)
      if (reply && reply.isConnected) put(readCall(call), reply)
    }
    scrollToEnd()
  }

  const ready = calls(0).then((all) => {
    known = all.length > 0 ? all[all.length - 1].id : 0
  })

  host.addEventListener('click', ({ target }) => {
    const row = /** @type {Element} */ (target).closest('.row')
    if (/** @type {Element} */ (target).matches('.id')) pick(/** @type {HTMLElement} */ (row).dataset.requestId)
  })
  addKeys(host)

  return {
    ready,

    /** @param {number} phone @param {WireEvent} event */
    wire(phone, event) {
      const arrow = readEvent(event)
      if (!arrow) return
      if (event.name === 'request') addRequest(phone, event, { phone, ...arrow })
      else add({ phone, ...arrow })
    },

    /** Resolves when all that happened is drawn. */
    settled: () => asking,

    /** @param {Texts} other */
    translate(other) {
      t = other
      for (const row of host.children) row.querySelector('.label').textContent = arrows.get(row).label(t)
    },

    clear() {
      host.replaceChildren()
      arrows = new WeakMap()
      pending.clear()
      replies.clear()
      recent = []
    }
  }
}
