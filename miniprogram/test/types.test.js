// SPDX-License-Identifier: MIT
/* types.test.js: tsc, strict: the sources, and the declarations as an application uses them. */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

const root = join(__dirname, '..')

for (const [name, project] of [
  ['the sources, and that the declarations agree with them', 'tsconfig.json'],
  ['usage with TC39 decorators', 'types/tsconfig.stage3.json'],
  ['usage with experimentalDecorators', 'types/tsconfig.legacy.json']
]) {
  test(name, () => {
    const { stdout, status } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', project], { cwd: root, encoding: 'utf8' })
    assert.equal(stdout, '')
    assert.equal(status, 0)
  })
}

test('"any" stands in fewer than 20 places', () => {
  const { readdirSync, readFileSync } = require('node:fs')
  const files = ['src', 'components', 'adapters', 'types'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)))
  const places = files.filter((name) => /\.(js|ts)$/.test(name) && !/usage\.ts$/.test(name)).flatMap((file) =>
    readFileSync(file, 'utf8').split('\n').filter((line) => /[{<(|:,=] ?any(\[\])?[})>|,;\s\]]|= any$/.test(line)).map((line) => `${file}: ${line.trim()}`))
  assert.ok(places.length > 0 && places.length < 20, places.join('\n'))
})
