// SPDX-License-Identifier: MIT
/* package.test.mjs: what the demo depends on: exact versions, no addresses, licences that fit MIT; its types. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const read = async (path) => readFile(new URL('../' + path, import.meta.url), 'utf8')
const manifest = JSON.parse(await read('package.json'))
const lock = JSON.parse(await read('package-lock.json'))

test('versions are exact and those of the lock file', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/)
    assert.equal(lock.packages['node_modules/' + name].version, version)
  }
})

test('the lock file names no address', async () => {
  assert.doesNotMatch(await read('package-lock.json'), /"resolved"/)
})

test('what goes into the page is MIT; what only builds or tests it may be used with it', async () => {
  for (const name of ['glass-easel', 'glass-easel-miniprogram-adapter', 'flyio']) {
    assert.equal(JSON.parse(await read(`node_modules/${name}/package.json`)).license, 'MIT')
  }
  // MPL-2.0: axe-core, which looks at the page in the tests and is part of nothing.
  const fitting = /^\(?(MIT|MPL-2\.0|AFL-2\.1 OR BSD-3-Clause|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|Python-2\.0|CC0-1\.0|BlueOak-1\.0\.0|MIT-0|Unlicense)\b/
  for (const [path, { license }] of Object.entries(lock.packages)) {
    if (path !== '') assert.match(license || 'none', fitting, path)
  }
})

test('the types hold', async () => {
  const here = fileURLToPath(new URL('..', import.meta.url))
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { cwd: here })
    .catch(({ stdout }) => assert.fail(stdout))
})
