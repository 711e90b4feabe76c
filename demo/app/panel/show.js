// SPDX-License-Identifier: MIT
/*
 * show.js: "break it and watch": faults and recoveries one after the other, told
 * as they happen.
 *
 *   createShow(stage)
 *     run()    resolves when it is over, to false when it was stopped
 *     stop()
 *
 * A scene is what happens, what is said of it, and how long it stays.  `stage`
 * does the work; the show only knows the order.
 */

/**
 * @typedef {object} Stage
 * @property {(key: string, values?: Record<string, string | number>) => void} say
 * @property {() => Promise<void>} prepare clients that start afresh
 * @property {() => Promise<void>} endSessions
 * @property {(n: number) => Promise<unknown>} fire n requests of each client at once
 * @property {() => Promise<unknown>} settled all these requests have their answers
 * @property {(on: boolean) => void} spoil tokens die at once
 * @property {() => Promise<boolean>} askOthers whose other phone is out; true: only those of the other clients
 * @property {() => Record<string, number>} logins by letter, for the texts
 * @property {() => number} fuse milliseconds until it is whole
 * @property {() => void} look the mini program's page is looked at again
 * @property {(scene: number, of: number) => void} progress
 */

/** Requests of a storm. */
export const STORM = 50
/** Milliseconds between two requests of a page that polls. */
const POLL = 700
/** How much longer than planned a scene may wait for the last answers, in milliseconds. */
const PATIENCE = 4000

const seconds = (ms) => Math.ceil(ms / 1000)

/** What happens, how long it stays; `say` is told with the numbers as they are then. */
export const SCENES = [
  { say: 'calm', ms: 2500, polls: true },
  { say: 'ended', ms: 2500, act: ({ endSessions }) => endSessions() },
  { say: 'storm', ms: 3000, act: ({ fire }) => void fire(STORM), settles: true },
  { say: 'counted', ms: 3000, async act({ askOthers, look }) {
    look()
    return (await askOthers()) ? 'countedOut' : 'counted'
  } },
  { say: 'useless', ms: 2800, polls: true, async act({ spoil, endSessions }) {
    spoil(true)
    await endSessions()
  } },
  { say: 'fused', ms: 2200, polls: true, act: ({ look }) => look() },
  { say: 'mended', ms: 500, act: ({ spoil }) => spoil(false), mends: true },
  { say: 'again', ms: 3500, settles: true, async act({ fire, endSessions }) {
    await endSessions()
    fire(STORM)
  }, end: ({ look }) => look() }
]

/** @param {Stage} stage */
export function createShow(stage) {
  /** @type {AbortController | null} */
  let running = null

  /** @param {number} ms @param {AbortSignal} signal */
  const pause = (ms, signal) => new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException('stopped', 'AbortError'))
    if (signal.aborted) return stop()
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve(undefined)
    }, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      stop()
    }, { once: true })
  })

  /** For this long, with or without a page that polls. */
  async function stay({ ms, polls = false }, signal) {
    for (let left = ms; left > 0; left -= POLL) {
      if (polls) stage.fire(1)
      await pause(Math.min(POLL, left), signal)
    }
  }

  async function play(scene, signal) {
    const other = scene.act && await scene.act(stage)
    const values = { ...stage.logins(), n: STORM, s: seconds(stage.fuse()) }
    stage.say(other || scene.say, values)
    await stay(scene, signal)
    // The fuse takes its own time, and not longer.
    for (let n = 0; scene.mends && stage.fuse() > 0 && n < 12; n++) {
      stage.say(scene.say, { ...values, s: seconds(stage.fuse()) })
      await stay({ ms: Math.min(POLL, stage.fuse()) }, signal)
    }
    if (scene.settles) await Promise.race([stage.settled(), pause(PATIENCE, signal)])
    if (scene.end) scene.end(stage)
  }

  return {
    isRunning: () => running !== null,

    stop() {
      if (running) running.abort()
    },

    async run() {
      if (running) return false
      const control = running = new AbortController()
      try {
        stage.say('preparing')
        await stage.prepare()
        for (const [index, scene] of SCENES.entries()) {
          stage.progress(index + 1, SCENES.length)
          await play(scene, control.signal)
        }
        const out = await stage.askOthers()
        stage.say(out ? 'totalOut' : 'total', stage.logins())
        return true
      } catch (error) {
        if (error.name !== 'AbortError') throw error
        stage.say('stopped')
        return false
      } finally {
        stage.spoil(false)
        stage.progress(0, SCENES.length)
        running = null
      }
    }
  }
}
