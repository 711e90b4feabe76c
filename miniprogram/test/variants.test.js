// SPDX-License-Identifier: MIT
/*
 * variants.test.js: the same tests once more, against what is published, and
 * against an engine whose promises are timers (support/sdk.js).
 */
'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const NOT_ABOUT_THE_CODE = ['variants', 'frameworks', 'types', 'package', 'readme', 'foreign']

/** Components run on exparser, whose promises are the engine's. */
const NOT_FOR = { dist: /^$/, macrotask: /^component-/ }

const names = readdirSync(__dirname).filter((file) => file.endsWith('.test.js')).map((file) => file.replace('.test.js', ''))
  .filter((name) => !NOT_ABOUT_THE_CODE.includes(name))

for (const variant of ['dist', 'macrotask']) {
  test(`SDK=${variant}: ${names.join(', ')}`, () => {
    assert.ok(names.length >= 10)
    const env = Object.assign({}, process.env, { SDK: variant })
    delete env.NODE_TEST_CONTEXT // the runner of this file is not theirs
    const args = ['--test', ...names.filter((name) => !NOT_FOR[variant].test(name)).map((name) => join(__dirname, name + '.test.js'))]
    const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
    assert.equal(status, 0, stdout.split('\n').filter((line) => /^ *not ok|error:/.test(line)).join('\n'))
    assert.match(stdout, /# pass [1-9]\d\d\n/)
  })
}
