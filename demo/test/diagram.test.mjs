// SPDX-License-Identifier: MIT
/* diagram.test.mjs: no reply stands above its request, whatever the order things happen in. */
import { test, beforeEach } from 'node:test'
import assert from 'node:assert/strict'
import { JSDOM } from 'jsdom'
import { createDiagram } from '../app/panel/diagram.js'

const TEXTS = { valid: 'valid', invalid: 'no longer valid', sheetphone: 'sheet', allowed: 'yes', denied: 'no' }

let host
let log
let picked
let diagram

beforeEach(async () => {
  const { window } = new JSDOM('<div id="rows"></div>')
  globalThis.document = window.document
  host = window.document.getElementById('rows')
  log = []
  picked = ''
  diagram = createDiagram(host, { texts: TEXTS, calls: async (since) => log.filter(({ id }) => id > since), pick: (id) => (picked = id) })
  await diagram.ready
})

const labels = () => [...host.children].map((row) => row.querySelector('.label').textContent + row.querySelector('.times').textContent)
const begin = (id, path, phone = 1) => diagram.wire(phone, { id, name: 'request', method: 'GET', path })
const end = (id, path, status = 200, requestId = 'r' + id, phone = 1) => diagram.wire(phone, { id, name: 'request', method: 'GET', path, end: true, ms: 1, status, requestId })

test('a reply that equals an earlier one is drawn below its own request', () => {
  begin(1, '/a')
  end(1, '/a')
  begin(2, '/b')
  end(2, '/b')
  assert.deepEqual(labels(), ['GET /a', '200', 'GET /b', '200'])
})

test('a storm is still two rows', () => {
  for (let id = 1; id <= 20; id++) begin(id, '/a')
  for (let id = 1; id <= 20; id++) end(id, '/a')
  for (let id = 21; id <= 30; id++) {
    begin(id, '/a')
    end(id, '/a')
  }
  assert.deepEqual(labels(), ['GET /a×30', '200×30'])
})

test('a reply whose request was cleared away is not drawn', () => {
  begin(1, '/a')
  diagram.clear()
  end(1, '/a')
  assert.deepEqual(labels(), [])
})

test('what wxlogin asked of WeChat: before its reply, also one that was joined to others; not that of other clients', async () => {
  for (const id of [1, 2]) begin(id, '/wx/onlogin')
  log.push({ id: 7, path: '/sns/jscode2session', status: 200, errcode: 0, requestId: 'r2' }, { id: 8, path: '/sns/jscode2session', status: 200, errcode: 0, requestId: 'stranger' })
  for (const id of [1, 2]) end(id, '/wx/onlogin')
  await diagram.settled()
  assert.deepEqual(labels(), ['GET /wx/onlogin×2', '/sns/jscode2session → ok', '200×2'])
})

/** Numbers that are the same each time. */
function random(seed) {
  let state = seed
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor(state / 65536) % below
  }
}

test('60 random interleavings: below each request as many replies as were given', () => {
  for (let seed = 1; seed <= 60; seed++) {
    diagram.clear()
    const next = random(seed)
    const open = []
    const asked = []
    const answered = []
    for (let id = 1; id <= 20 || open.length > 0; id++) {
      if (id <= 20 && (open.length === 0 || next(2))) {
        const call = { id, path: '/' + 'ab'[next(2)], status: [200, 401][next(2)] }
        open.push(call)
        begin(call.id, call.path)
        asked.push(host.children.length)
        checkOrder(seed)
      } else {
        const [call] = open.splice(next(open.length), 1)
        end(call.id, call.path, call.status)
        answered.push(call.status)
        checkOrder(seed)
      }
    }
    assert.equal(sum('right'), asked.length)
    assert.equal(sum('left'), answered.length)
  }
})

const count = (row) => Number(row.querySelector('.times').textContent.slice(1) || 1)
const sum = (direction) => [...host.children].filter((row) => row.classList.contains(direction)).reduce((all, row) => all + count(row), 0)

/** Read from above, there are never more replies than requests. */
function checkOrder(seed) {
  let open = 0
  for (const row of host.children) {
    open += row.classList.contains('right') ? count(row) : -count(row)
    assert.ok(open >= 0, `seed ${seed}: ${labels()}`)
  }
}

test('another language changes the rows that are there', () => {
  diagram.wire(1, { id: 1, name: 'checkSession', end: true, ok: true })
  diagram.translate({ ...TEXTS, valid: '有效' })
  assert.deepEqual(labels(), ['wx.checkSession → 有效'])
})

test('a request id can be chosen, by pointer and from the keyboard', () => {
  begin(1, '/a')
  end(1, '/a', 200, '0123456789abcdef')
  const id = host.querySelector('.id:not([hidden])')
  id.click()
  assert.equal(picked, '0123456789abcdef')
  host.dispatchEvent(new document.defaultView.KeyboardEvent('keydown', { key: 'ArrowUp' }))
  assert.equal(document.activeElement, id)
})
