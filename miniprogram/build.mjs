// SPDX-License-Identifier: MIT
/*
 * build.mjs: src/ and components/ -> miniprogram_dist/, the directory that
 * "build npm" of the WeChat developer tools copies as it is into every mini
 * program; and a copy of it for example/, so that the tools open that as it is.
 *
 * src/ becomes two files, ES2017, CommonJS, no comments, no prose: all of it
 * counts against the user's 2 MB.  The sources require each other in one simple
 * form; written as imports they can be joined without a wrapper per file.
 * Members that begin with _, or are named below, get short names.  The
 * components and adapters are made smaller file by file.
 *
 * The same sources give the same bytes.  --print writes them to the standard
 * output and changes nothing.
 */
import { cp, readFile, readdir, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { minify } from 'terser'

const from = fileURLToPath(new URL('src/', import.meta.url))
const to = fileURLToPath(new URL('miniprogram_dist/', import.meta.url))
const adapters = fileURLToPath(new URL('adapters/', import.meta.url))
const components = fileURLToPath(new URL('components/', import.meta.url))
const inExample = fileURLToPath(new URL('example/miniprogram_npm/wxlogin-miniprogram/', import.meta.url))

const REQUIRE = /^const (\{[^}]*\}) = require\('(\.\/[\w-]+)'\)$/gm
const EXPORTS = /^module\.exports = (\{[^}]*\})$/m

/** The files that a source requires, as ./name. */
const requiredBy = (source) => [...source.matchAll(REQUIRE)].map((match) => match[2])

/** The names that a source exports. */
const namesOf = (source) => EXPORTS.exec(source)[1].match(/\w+/g)

/** A source as a module that esbuild can join. */
function asModule(source, file) {
  const contents = source.replace(REQUIRE, "import $1 from '$2'").replace(EXPORTS, 'export $1')
  if (/= require\(|^module\.exports/m.test(contents)) throw new Error(`${file}: not of the one form`)
  return contents
}

const sourceOf = (name) => readFile(from + name.slice(2) + '.js', 'utf8')

/** All that `entry` reaches without going through `without`, itself included. */
async function reach(entry, without, found = new Set()) {
  if (found.has(entry) || entry === without) return found
  found.add(entry)
  for (const next of requiredBy(await sourceOf(entry))) await reach(next, without, found)
  return found
}

/*
 * index.js is what is read at the start; ./later and what only it requires is
 * later.js, a function that gets the modules of index.js it needs.
 */
const early = await reach('./index', './later')
const late = [...await reach('./later')].filter((name) => !early.has(name))
const needed = new Set()
for (const name of late) for (const next of requiredBy(await sourceOf(name))) if (early.has(next)) needed.add(next)

/** In place of ./later, in index.js. */
async function loader() {
  const names = namesOf(await sourceOf('./later'))
  const modules = [...needed].sort()
  const imports = []
  for (const [i, name] of modules.entries()) imports.push(`import { ${namesOf(await sourceOf(name)).map((one) => `${one} as ${one}${i}`)} } from '${name}'`)
  const shared = []
  for (const [i, name] of modules.entries()) shared.push(...namesOf(await sourceOf(name)).map((one) => `${one}: ${one}${i}`))
  return `${imports.join('\n')}
let loaded
const load = (name) => (...args) => (loaded || (loaded = LATER({ ${shared.filter((one) => used.has(one.split(':')[0]))} })))[name](...args)
${names.map((name) => `export const ${name} = load('${name}')`).join('\n')}`
}

/** Names of modules in index.js that later.js uses. */
const used = new Set()
for (const name of late) {
  for (const [, names, next] of (await sourceOf(name)).matchAll(REQUIRE)) if (early.has(next)) for (const one of names.match(/\w+/g)) used.add(one)
}

/** @param {boolean} isLater */
const joined = (isLater) => ({
  name: 'joined',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
      const name = './' + path.basename(file, '.js')
      if (!isLater && name === './later') return { contents: await loader(), resolveDir: from }
      const source = await readFile(file, 'utf8')
      if (isLater && early.has(name)) return { contents: `export const { ${namesOf(source).filter((one) => used.has(one))} } = SHARED` }
      return { contents: asModule(source, file) }
    })
  }
})

/** `export{a as Status};` at its end, as an object. */
function exported(code) {
  const [, body, names] = /^(.*)export\{([^}]*)\};\n$/s.exec(code)
  return { body, members: '{' + names.split(',').map((name) => name.replace(/^(\S+) as (\S+)$/, '$2:$1')) + '}' }
}

/** Text of a template without the blanks between tags; those inside of texts and tags stay. */
const smallTemplate = (text) => text.replace(/<!--[^]*?-->/g, '').replace(/>\s+</g, '><').replace(/\s+(\/?>)/g, '$1').trim() + '\n'

/** A component's file as it is published, by its ending. */
const SMALLER = {
  '.js': async (text) => (await transform(text.replace("require('../src/index')", "require('../index')"),
    { loader: 'js', format: 'cjs', target: 'es2017', charset: 'utf8', minify: true })).code,
  '.wxss': async (text) => (await transform(text, { loader: 'css', target: 'chrome53', charset: 'utf8', minify: true })).code,
  '.json': async (text) => JSON.stringify(JSON.parse(text)) + '\n',
  '.wxml': async (text) => smallTemplate(text)
}

/** Every file below `from`, smaller, to the same place below `target`. */
async function shrink(source, target) {
  await mkdir(target, { recursive: true })
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [one, other] = [path.join(source, entry.name), path.join(target, entry.name)]
    if (entry.isDirectory()) await shrink(one, other)
    else await writeFile(other, await SMALLER[path.extname(one)](await readFile(one, 'utf8')))
  }
}

/** Members that only the sources know of: they get short names, the same in both files. */
const PRIVATE = /^(_.*|accepted|afterLogin|begin|borrow|canLogin|dropped|flight|foreground|forget|generation|isOut|isOver|isToBlame|joined|keepUser|needsLogin|notCured|obtained|onShow|ownUpload|prepare|rank|ready|renew|repeated|signal|unlisten|withDefaults|withToken)$/
let mangleCache = {}

/** What esbuild leaves. @param {string} code of a module */
async function smallest(code) {
  const { code: small } = await minify('"use strict";' + code, {
    ecma: 2017, toplevel: true, compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true }
  })
  return small + '\n'
}

/** @param {string} entry @param {boolean} isLater */
async function bundle(entry, isLater) {
  const { outputFiles: [output], mangleCache: names } = await build({
    entryPoints: [from + entry],
    plugins: [joined(isLater)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2017',
    charset: 'utf8',
    minify: true,
    mangleProps: PRIVATE,
    mangleCache
  })
  mangleCache = names
  return exported(output.text)
}

const start = await bundle('index.js', false)
const rest = await bundle('later.js', true)
const files = {
  'index.js': await smallest(`${start.body.replace('LATER(', 'require("./later")(')}module.exports=${start.members}`),
  'later.js': await smallest(`module.exports=SHARED=>{${rest.body}return${rest.members}}`)
}
if (process.argv.includes('--print')) {
  process.stdout.write(Object.values(files).join(''))
} else {
  await rm(to, { recursive: true, force: true })
  await mkdir(to)
  for (const [name, code] of Object.entries(files)) await writeFile(to + name, code)
  await shrink(components, to + 'components')
  await shrink(adapters, to + 'adapters')
  await rm(inExample, { recursive: true, force: true })
  await cp(to, inExample, { recursive: true })
}
