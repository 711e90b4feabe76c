// SPDX-License-Identifier: MIT
/*
 * system.mjs: the running system that the end-to-end tests use.
 *
 *   startSystem()   demo/run in a folder of its own, on a free port:
 *                   {url, post(path, fields, headers), stop()}
 *
 * It is stopped by its process id, and its folder removed.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const run = fileURLToPath(new URL('../../run', import.meta.url))

/** The address that demo/run prints when all works. */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    const lines = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const found = /^== open (http:\/\/127\.0\.0\.1:\d+)\//.exec(line)
        if (found) resolve(found[1])
      })
    }
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`demo/run left with ${code}:\n${lines.slice(-20).join('\n')}`)))
  })
}

export async function startSystem() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wxlogin-'))
  const { WXLOGIN_APPID, WXLOGIN_SECRET, WXLOGIN_DEMO_PORT, ...env } = process.env
  const child = spawn(run, [], { env: { ...env, WXLOGIN_DEMO_ROOT: path.join(folder, 'root') }, stdio: ['ignore', 'pipe', 'pipe'] })
  // Whatever becomes of the tests, it does not outlive them.
  process.on('exit', () => child.kill('SIGTERM'))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const clean = () => rm(folder, { recursive: true, force: true })
  const url = await addressOf(child).catch(async (error) => {
    await clean()
    throw error
  })

  return {
    url,

    /** @param {string} path @param {object} fields @param {object} [headers] */
    async post(path, fields, headers = {}) {
      const reply = await fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(fields) })
      return reply.json()
    },

    async stop() {
      child.kill('SIGTERM')
      await gone
      await clean()
    }
  }
}
