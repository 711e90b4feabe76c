// SPDX-License-Identifier: MIT
/*
 * build.mjs: src/ and components/ -> miniprogram_dist/, the directory that
 * "build npm" of the WeChat developer tools copies as it is into every mini
 * program; and a copy of it for example/, so that the tools open that as it is.
 *
 * src/ becomes one file, ES2017, CommonJS, no comments, no prose: all of it counts against
 * the user's 2 MB.  The sources require each other in one simple form; written
 * as imports they can be joined without a wrapper per file.  Members that
 * begin with _ are private and get short names.  The components are copied:
 * who wants to change one can read it.
 *
 * The same sources give the same bytes.  --print writes them to the standard
 * output and changes nothing.
 */
import { cp, readFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const from = fileURLToPath(new URL('src/', import.meta.url))
const to = fileURLToPath(new URL('miniprogram_dist/', import.meta.url))
const components = fileURLToPath(new URL('components/', import.meta.url))
const inExample = fileURLToPath(new URL('example/miniprogram_npm/wxlogin-miniprogram/', import.meta.url))

const REQUIRE = /^const (\{[^}]*\}) = require\(('\.\/[\w-]+')\)$/gm
const EXPORTS = /^module\.exports = (\{[^}]*\})$/m

/** The sources as modules that esbuild can join. */
const joined = {
  name: 'joined',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replace(REQUIRE, 'import $1 from $2').replace(EXPORTS, 'export $1')
      if (/= require\(|^module\.exports/m.test(contents)) throw new Error(`${path}: not of the one form`)
      return { contents }
    })
  }
}

/** `export{a as Status};` at the end, as CommonJS has it. */
function asCommonJs(code) {
  const [, body, names] = /^(.*)export\{([^}]*)\};\n$/s.exec(code)
  const members = names.split(',').map((name) => name.replace(/^(\S+) as (\S+)$/, '$2:$1'))
  return `"use strict";${body}module.exports={${members}};\n`
}

const { outputFiles: [output] } = await build({
  entryPoints: [from + 'index.js'],
  plugins: [joined],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2017',
  charset: 'utf8',
  minify: true,
  mangleProps: /^_/
})
const code = asCommonJs(output.text)
if (process.argv.includes('--print')) {
  process.stdout.write(code)
} else {
  await rm(to, { recursive: true, force: true })
  await mkdir(to)
  await writeFile(to + 'index.js', code)
  await cp(components, to + 'components', { recursive: true })
  const sdk = to + 'components/sdk.js'
  await writeFile(sdk, (await readFile(sdk, 'utf8')).replace("require('../src/index')", "require('../index')"))
  await rm(inExample, { recursive: true, force: true })
  await cp(to, inExample, { recursive: true })
}
