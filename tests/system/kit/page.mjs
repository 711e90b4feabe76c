// SPDX-License-Identifier: MIT
// page.mjs PAGE URL: runs the script of a setup page that was saved, with just
// as much of a browser as it needs; prints what it made of its lines.
import fs from 'node:fs'
import vm from 'node:vm'

const [page, url] = process.argv.slice(2)
const html = fs.readFileSync(page, 'utf8')
const text = s => s.replace(/&quot;/g, '"').replace(/&lt;/g, '<')
  .replace(/&gt;/g, '>').replace(/&amp;/g, '&')

// The data-... attributes of a tag, as an element's dataset.
function dataset (tag) {
  const found = [...tag.matchAll(/data-([a-z]+)="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name, value]) =>
    [name, text(value)]))
}

function element (tag) {
  const it = { dataset: dataset(tag), className: '', more: '' }
  it.firstChild = { textContent: '' }
  it.append = (...added) => {
    it.more += added.filter(a => typeof a === 'string').join('')
  }
  return it
}

const lines = [...html.matchAll(/<li data-check="[^>]*>/g)]
  .map(([tag]) => element(tag))
const sum = element(html.match(/<p id="sum"[^>]*>/)[0])
const key = text(html.match(/name="key" value="([^"]*)"/)[1])
const document = {
  getElementById: () => sum,
  createElement: () => ({}),
  querySelector: what => what.includes('name=key')
    ? { value: key }
    : lines.find(l => what === `[data-check=${l.dataset.check}]`),
  querySelectorAll: what => lines.filter(l =>
    what === `[data-check=${l.dataset.check}]`)
}
const location = Object.assign(new URL(url), { toString: () => url })
const script = html.match(/<script>([^]*)<\/script>/)[1]
await vm.runInNewContext(script.replace(/check\(\)\s*$/, 'check()'), {
  document,
  location,
  URLSearchParams,
  fetch: (where, options) => fetch(new URL(where, url), options)
})
console.log(JSON.stringify({
  sum: sum.textContent,
  lines: lines.map(l => ({
    check: l.dataset.check, class: l.className, more: l.more
  }))
}))
