// SPDX-License-Identifier: MIT
// What `require('wxlogin-miniprogram/adapters/axios')` and `/alova` give.
import type { Client } from './index'

/** For axios.create({ adapter }); needLogin, replay, byUser, loading, retry and onTask are options of the request. */
export function axiosAdapter(client: Client): (config: object) => Promise<never>

/** For createAlova({ requestAdapter }). */
export function alovaAdapter(client: Client): (elements: object, method: object) => {
  response(): Promise<never>
  headers(): Promise<never>
  abort(): void
  onUpload(tell: (loaded: number, total: number) => void): void
  onDownload(tell: (loaded: number, total: number) => void): void
}
