// SPDX-License-Identifier: MIT
/* port.test.mjs: demo/run tells of a port it can't have, and says nothing to whoever has it. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const run = fileURLToPath(new URL('../run', import.meta.url))

/** Runs demo/run --once with this port: {status, told}. @param {string} port */
async function runOn(port) {
  const child = spawn(run, ['--once'], { env: { ...process.env, WXLOGIN_DEMO_PORT: port }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[status], out, told] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { status, out, told }
}

test('a taken port is told, not talked to', async () => {
  let heard = ''
  const other = createServer((socket) => socket.on('data', (bytes) => (heard += bytes)).on('error', () => {}))
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()
  const { status, out, told } = await runOn(String(port))
  other.close()
  assert.equal(status, 1)
  assert.match(told, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is taken by another program`))
  assert.match(told, /WXLOGIN_DEMO_PORT=\d+ demo\/run/)
  assert.equal(heard, '')
  assert.equal(out, '', 'nothing was built or started')
})

for (const port of ['http', '0', '65536', '-1', '80 80']) {
  test(`"${port}" is no port`, async () => {
    const { status, told } = await runOn(port)
    assert.equal(status, 1)
    assert.match(told, /must be 1 to 65535/)
  })
}
