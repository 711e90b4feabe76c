// SPDX-License-Identifier: MIT
/*
 * build.mjs: the example mini program and its runtime -> a folder to be served.
 *
 *   node build.mjs DIR
 *
 *   www/*                  as it is: the demo page, the phone page, the shop's data
 *   phone.js               the runtime (app/phone), the templates and scripts of
 *                          miniprogram/example, the SDK and its components
 *   phone.css              the example's styles
 *   panel.js               what stands beside the phone (app/panel)
 *
 * The sources of the mini program are not changed for the browser: WXML goes
 * through glass-easel's compiler, scripts through esbuild, WXSS through
 * wxss.mjs.  `wxlogin-miniprogram` is ../miniprogram of this tree.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { build } from 'esbuild'
import { TmplGroup } from 'glass-easel-template-compiler'
import { asComponent, asPage, asApp } from './wxss.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const example = path.join(here, '../miniprogram/example')
const sdk = path.join(here, '../miniprogram')
const PACKAGE = 'wxlogin-miniprogram'

/** Where a file of the mini program lies: its own, or the package's. */
function locate(name) {
  if (name.startsWith(PACKAGE + '/')) return path.join(sdk, name.slice(PACKAGE.length + 1))
  return path.join(example, name)
}

/** What `usingComponents` of `from` means by `to`. */
function resolve(from, to) {
  if (to.startsWith('/')) return to.slice(1)
  return to.startsWith('.') ? path.posix.join(path.posix.dirname(from), to) : to
}

const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'))
const readIfThere = async (file) => (existsSync(file) ? readFile(file, 'utf8') : '')

/** All pages and components that the app reaches, components before who uses them. */
async function collect(pages) {
  const found = new Map()
  const visit = async (name) => {
    if (found.has(name)) return
    const json = await readJson(locate(name) + '.json')
    const using = Object.fromEntries(Object.entries(json.usingComponents || {}).map(([tag, to]) => [tag, '/' + resolve(name, to)]))
    found.set(name, null)
    for (const to of Object.values(using)) await visit(to.slice(1))
    found.delete(name)
    found.set(name, { name, json: { ...json, usingComponents: using } })
  }
  for (const page of pages) await visit(page)
  return [...found.values()]
}

/** The templates as an expression. */
async function compile(parts) {
  const group = new TmplGroup()
  for (const { name } of parts) {
    const faults = group.addTmpl(name, await readFile(locate(name) + '.wxml', 'utf8'))
    if (faults && faults.length > 0) throw new Error(`${name}.wxml: ${JSON.stringify(faults)}`)
  }
  const code = group.getTmplGenObjectGroups()
  group.free()
  return code
}

async function styles(parts) {
  const sheets = [asApp(await readFile(path.join(example, 'app.wxss'), 'utf8'))]
  for (const part of parts) {
    const text = await readIfThere(locate(part.name) + '.wxss')
    sheets.push(part.json.component ? asComponent(text, part.scope) : asPage(text, part.name))
  }
  return sheets.join('\n')
}

/** The script that knows everything, for esbuild. */
function entry(app, parts, templates) {
  const list = parts.map(({ name, json, scope }) => `{ path: ${JSON.stringify(name)}, json: ${JSON.stringify(json)}, scope: ${JSON.stringify(scope)},
    run: () => require(${JSON.stringify(locate(name) + '.js')}) }`)
  return `import { boot } from './app/phone/boot.js'
const templates = (() => { return ${templates} })()
boot({ app: ${JSON.stringify(app)}, templates,
  runApp: () => require(${JSON.stringify(path.join(example, 'app.js'))}),
  client: () => require('${PACKAGE}').getDefaultClient(),
  parts: [${list.join(',\n')}] })`
}

const common = { bundle: true, format: 'iife', target: 'es2020', charset: 'utf8', logLevel: 'warning', legalComments: 'eof', minify: true, sourcemap: false }

async function main(to) {
  await mkdir(to, { recursive: true })
  await cp(path.join(here, 'www'), to, { recursive: true })
  const app = await readJson(path.join(example, 'app.json'))
  const parts = await collect(app.pages)
  parts.forEach((part, index) => {
    part.scope = part.json.component ? 'c' + index : ''
  })
  await writeFile(path.join(to, 'phone.css'), await styles(parts))
  await build({
    ...common,
    stdin: { contents: entry(app, parts, await compile(parts)), resolveDir: here, sourcefile: 'phone-entry.js' },
    alias: { [PACKAGE]: path.join(sdk, 'src/index.js') },
    outfile: path.join(to, 'phone.js')
  })
  await build({ ...common, entryPoints: [path.join(here, 'app/panel/main.js')], outfile: path.join(to, 'panel.js') })
}

if (process.argv.length !== 3) {
  console.error('usage: node build.mjs DIR')
  process.exit(2)
}
await main(path.resolve(process.argv[2]))
