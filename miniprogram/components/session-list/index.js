// SPDX-License-Identifier: MIT
/*
 * session-list: the devices where the user is logged in; ends one, or all others.
 *
 *   <session-list bind:ended="onEnded" />
 *
 * Read when it attaches and when its page shows.  Properties: texts, in place
 * of those of texts.js.  Classes: list-class, button-class, on boxes of their
 * own.  Method: load().
 *   load    {sessions}, as session.list() gives them
 *   ended   {sessionsEnded}
 *   fail    {code, message, requestId}
 */
'use strict'

const { getDefaultClient } = require('../sdk')
const { failureOf } = require('../open-data')
const { textsFor, messageOf } = require('../texts')

const two = (number) => String(number).padStart(2, '0')

/** @param {number} seconds of Unix time; in the phone's own time zone */
function timeOf(seconds) {
  const at = new Date(seconds * 1000)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

Component({
  externalClasses: ['list-class', 'button-class'],
  properties: { texts: { type: Object, value: {} } },
  data: { t: textsFor(), rows: [], others: 0, ready: false, busy: false, problem: '' },

  lifetimes: {
    attached() {
      this.mounted = true
      this.load()
    },
    detached() {
      this.mounted = false
    }
  },

  pageLifetimes: {
    show() {
      if (this.data.ready) this.load()
    }
  },

  methods: {
    load() {
      return this.run(async () => {})
    },

    /** @param {WechatMiniprogram.TouchEvent} event */
    endOne(event) {
      return this.end({ scope: 'one', session: event.currentTarget.dataset.id })
    },

    endOthers() {
      return this.end({ scope: 'others' })
    },

    /** @param {{scope: string, session?: string}} which */
    end(which) {
      return this.run(async (session) => {
        this.triggerEvent('ended', await session.logout(which))
      })
    },

    /** One thing at a time; then the list as it is now. @param {(session: {logout: Function}) => Promise<void>} work */
    async run(work) {
      if (this.data.busy) return
      this.setData({ busy: true, problem: '' })
      try {
        const { session, texts } = getDefaultClient()
        this.setData({ t: textsFor(this.data.texts, { texts }) })
        await work(session)
        const sessions = await session.list()
        if (!this.mounted) return
        const rows = sessions.map(({ id, current, device, lastUsedAt }) => ({ id, current, device, used: timeOf(lastUsedAt) }))
        this.setData({ busy: false, ready: true, rows, others: rows.filter((row) => !row.current).length })
        this.triggerEvent('load', { sessions })
      } catch (error) {
        if (!this.mounted) return
        const failure = failureOf(error)
        this.setData({ busy: false, problem: messageOf(this.data.t, failure) })
        this.triggerEvent('fail', failure)
      }
    }
  }
})
