// SPDX-License-Identifier: MIT
/*
 * rival.js: another client of the same server, on a phone of its own that is
 * not drawn: its user, its wx.login, its ten requests at once.  What exceeds
 * the ten waits, as it suits clients that do not count.
 */
import { createWorld } from '../phone/world.js'
import { createAccount } from '../phone/wx.js'
import { createNetwork } from '../phone/network.js'

/** @typedef {import('../types').Outcome} Outcome */
/** @typedef {ReturnType<typeof createRival>} Rival */
/**
 * What a client needs, and what it gives: `get` resolves to the HTTP status of a
 * good reply and rejects with whatever the client has for a reason.
 * @typedef {{wx: {login(options: object): void, request(options: object): object}, baseURL: string}} Given
 * @typedef {{get(path: string): Promise<number>, token(): string}} RivalClient
 */

/** Why a request failed, in one word. @param {{response?: {data?: {code?: string}}, code?: string, errMsg?: string, message?: string, status?: number}} error */
function reasonOf({ response, code, errMsg, message, status }) {
  const told = response && response.data && response.data.code
  return told || code || errMsg || message || String(status)
}

/**
 * @param {string} name
 * @param {string} user
 * @param {(given: Given) => RivalClient} createClient
 */
export function createRival(name, user, createClient) {
  const world = createWorld(new URLSearchParams({ user }))
  const wx = { ...createAccount(world), ...createNetwork(world, { patient: true }) }
  const client = createClient({ wx, baseURL: location.origin })

  /** @param {number} index @param {(outcome: Outcome, index: number) => void} each */
  async function one(index, each) {
    const outcome = await client.get('/members/offers.json').catch(reasonOf)
    each(outcome, index)
    return outcome
  }

  return {
    name,
    user,
    world,
    token: client.token,

    /** n requests at once. @param {number} n @param {(outcome: Outcome, index: number) => void} each */
    fire: (n, each) => Promise.all(Array.from({ length: n }, (_, index) => one(index, each)))
  }
}
