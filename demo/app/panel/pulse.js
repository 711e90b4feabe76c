// SPDX-License-Identifier: MIT
/*
 * pulse.js: how the session of a phone fares, in the island at its top.
 *
 *   live      the server accepted its token last
 *   gone      it is over on the server, whether the phone has noticed or not
 *   renewing  a login is on the wire
 *   paused    the fuse is open
 *   none      logged out
 *
 * What the phone can't know is asked of the server: after a logout anywhere,
 * and when the session was idle for as long as demo/run lets it be.
 */
import { isLive } from './servers.js'

/** `session_idle` of demo/run, and a moment more. */
const IDLE = 121000

/** @param {string} [path] */
const isGuarded = (path) => !path.startsWith('/shop/') && path !== '/wx/onlogin'

/**
 * @param {HTMLElement} node
 * @param {import('../types').Texts} texts
 * @param {() => import('../types').Phone} phoneOf
 */
export function createPulse(node, texts, phoneOf) {
  let t = texts
  let state = 'none'
  /** Before the login that is on the wire. */
  let before = 'none'
  let timer = 0

  /** @param {string} next */
  function show(next) {
    if (next === 'renewing' && state !== 'renewing') before = state
    state = next
    node.dataset.is = next
    node.textContent = t['session_' + next]
    clearTimeout(timer)
    if (next === 'paused' || next === 'renewing') timer = window.setTimeout(look, 250)
    if (next === 'live') timer = window.setTimeout(probe, IDLE)
  }

  /** Without a network nothing can be said. */
  async function probe() {
    const token = phoneOf().client().session.getToken()
    if (!token) return show('none')
    const live = await isLive(token).catch(() => true)
    if (token === phoneOf().client().session.getToken()) show(live ? 'live' : 'gone')
  }

  /** After a login that failed, one that the fuse refused, or a while. */
  function look() {
    const { session } = phoneOf().client()
    const { running, retryAfter } = session.guards()
    if (running) show('renewing')
    else if (retryAfter > 0) show('paused')
    else if (!session.getToken()) show('none')
    // A failed login says nothing about the token there is.
    else if (state === 'renewing') show(before === 'live' ? 'live' : 'gone')
    else if (state === 'paused') show('gone')
  }

  /** @param {import('../types').WireEvent} event of a request */
  function settled({ path, status, code }) {
    if (path === '/wx/onlogin') return status === 200 ? show('live') : look()
    if (!isGuarded(path) || state === 'renewing') return undefined
    if (status === 401 && /^AUTH_/.test(code)) return show('gone')
    if (status === 200 && path !== '/wx/logout') return show('live')
    return undefined
  }

  show('none')
  return {
    /** @param {import('../types').WireEvent} event of this phone */
    wire(event) {
      if (event.name === 'login') return event.end && !event.ok ? look() : show('renewing')
      if (event.name === 'request' && event.end) return settled(event)
      return undefined
    },
    /** A request was refused before it was sent. */
    refused: look,
    probe,
    /** The session was ended behind the phone's back. */
    ended: () => show('gone'),
    /** @param {import('../types').Texts} other */
    translate(other) {
      t = other
      node.textContent = t['session_' + state]
    },
    stop: () => clearTimeout(timer)
  }
}
