// SPDX-License-Identifier: MIT
/*
 * sdk.js: the package under test, chosen by the environment variable SDK.
 *
 *   src         the sources (default)
 *   dist        what is published
 *   macrotask   the sources, compiled for a phone whose promises are timers
 */
'use strict'

const path = require('node:path')

const root = path.join(__dirname, '..', '..')

function compiledForOldPhones() {
  const { buildSync } = require('esbuild')
  const { MacrotaskPromise } = require('./macrotask-promise')
  const { outputFiles } = buildSync({
    entryPoints: [path.join(root, 'src', 'index.js')],
    bundle: true, write: false, format: 'cjs', target: 'es2016'
  })
  const module = { exports: {} }
  new Function('module', 'exports', 'Promise', outputFiles[0].text)(module, module.exports, MacrotaskPromise)
  return module.exports
}

function load() {
  const variant = process.env.SDK || 'src'
  if (variant === 'src') return require(path.join(root, 'src'))
  if (variant === 'dist') return require(path.join(root, 'miniprogram_dist'))
  if (variant === 'macrotask') return compiledForOldPhones()
  throw new Error(`SDK=${variant}: src, dist or macrotask expected`)
}

module.exports = load()
