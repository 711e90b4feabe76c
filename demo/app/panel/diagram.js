// SPDX-License-Identifier: MIT
/*
 * diagram.js: what went between mini program, wxlogin and WeChat, as it goes.
 *
 *   createDiagram(host, texts)
 *     wire(phone, event)   an event of a phone's world.js
 *     clear()
 *
 * A request is one arrow there and one back.  What wxlogin asked of WeChat for
 * it is known only afterwards, from the stand-in's log: it is put before the
 * reply with the same request id.  In a storm, equal arrows that follow each
 * other, or alternate with one other, are one row with a count.
 */
import { calls } from './servers.js'

const ROWS = 400
/** Milliseconds within which equal arrows are one storm. */
const STORM = 500
/** Programs that may ask WeChat. */
const ASKING = /^\/wx\/(onlogin|updatephone|checkkey)/

const LANE = { mini: 0, wxlogin: 1, wechat: 2 }

/** @param {any} event */
function toneOf({ status, words }) {
  if (words) return 'bad'
  if (status < 400) return 'good'
  return status === 401 ? 'warn' : 'bad'
}

/** @param {string} id */
const short = (id) => id.slice(0, 8)

/** How an event of a phone reads: from, to, label, tone, id. @param {any} event @param {any} t */
function readEvent(event, t) {
  if (event.name === 'request') return readRequest(event)
  if (event.name === 'login' && event.end) {
    return { from: 'mini', to: 'wechat', tone: event.ok ? 'wechat' : 'bad', label: event.ok ? `wx.login → code ${short(event.code)}…` : `wx.login ✗ ${event.words}` }
  }
  if (event.name === 'checkSession' && event.end) {
    return { from: 'mini', to: 'wechat', tone: 'wechat', label: `wx.checkSession → ${event.ok ? t.valid : t.invalid}` }
  }
  if (event.name === 'sheet' && event.end) {
    return { from: 'wechat', to: 'mini', tone: event.answer && event.answer !== 'deny' ? 'wechat' : 'warn',
      label: `${t['sheet' + event.sheet]}: ${event.answer && event.answer !== 'deny' ? t.allowed : t.denied}` }
  }
  return null
}

/** @param {any} event */
function readRequest(event) {
  const { method, path, end, status, code, words, requestId, ms } = event
  if (!end) return { from: 'mini', to: 'wxlogin', tone: 'plain', label: `${method} ${path.split('?')[0]}` }
  const label = words ? `✗ ${words}` : `${status} ${code || ''}`.trim()
  return { from: 'wxlogin', to: 'mini', tone: toneOf(event), label, requestId, ms }
}

/**
 * @param {HTMLElement} host
 * @param {any} t texts
 */
export function createDiagram(host, t) {
  /** The last two rows, newest first. */
  let recent = []
  let known = 0
  let asking = Promise.resolve()

  /** One row: an arrow with its label. */
  function rowOf(arrow) {
    const { phone, from, to, tone, label, requestId, ms } = arrow
    const row = document.createElement('div')
    const [left, right] = [LANE[from], LANE[to]].sort()
    row.className = `row lane-${left}${right} ${LANE[from] < LANE[to] ? 'right' : 'left'} tone-${tone}`
    row.dataset.requestId = requestId || ''
    const parts = { who: phone ? String(phone) : '', label, id: requestId ? short(requestId) : '', ms: ms === undefined ? '' : `${ms} ms` }
    row.innerHTML = '<span class="who"></span><div class="arrow"><span class="label"></span><span class="times"></span><span class="id"></span><span class="ms"></span></div>'
    for (const [name, text] of Object.entries(parts)) row.querySelector('.' + name).textContent = text
    if (requestId) row.querySelector('.id').title = 'X-Request-Id: ' + requestId
    return row
  }

  function scrollToEnd() {
    host.scrollTop = host.scrollHeight
  }

  function add(arrow) {
    const key = [arrow.phone, arrow.from, arrow.to, arrow.label].join()
    const now = performance.now()
    const same = recent.find((other) => other.key === key && now - other.at < STORM)
    if (same) {
      same.at = now
      same.times++
      same.row.querySelector('.times').textContent = '×' + same.times
      return
    }
    const row = rowOf(arrow)
    host.append(row)
    recent = [{ key, row, times: 1, at: now }, ...recent.slice(0, 1)]
    while (host.childElementCount > ROWS) host.firstElementChild.remove()
    scrollToEnd()
  }

  /** Puts wxlogin's calls to WeChat where they belong. */
  async function addCalls() {
    for (const { id, path, errcode, status, requestId } of await calls(known)) {
      known = id
      const outcome = status === 200 ? (errcode ? `errcode ${errcode}` : 'ok') : `HTTP ${status}`
      const row = rowOf({ from: 'wxlogin', to: 'wechat', tone: outcome === 'ok' ? 'wechat' : 'bad', label: `${path} → ${outcome}`, requestId })
      const reply = [...host.children].reverse().find((other) => requestId && other.dataset.requestId === requestId && other.classList.contains('left'))
      if (reply) host.insertBefore(row, reply)
      else host.append(row)
    }
    scrollToEnd()
  }

  const ready = calls(0).then((all) => {
    known = all.length > 0 ? all[all.length - 1].id : 0
  })

  return {
    ready,

    /** @param {number} phone @param {any} event */
    wire(phone, event) {
      const arrow = readEvent(event, t)
      if (!arrow) return
      add({ phone, ...arrow })
      if (event.end && event.name === 'request' && ASKING.test(event.path)) asking = asking.then(addCalls)
    },

    /** Resolves when all that happened is drawn. */
    settled: () => asking,

    clear() {
      host.replaceChildren()
      recent = []
    }
  }
}
