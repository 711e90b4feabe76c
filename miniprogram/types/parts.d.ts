// SPDX-License-Identifier: MIT
// What the sources share among themselves; not published.
import type { Client, Hooks, MpAuthError, RequestOptions, SessionStorage, Status, Session, Ui, UserInfo } from './index'

/** A refusal or a result of the platform, as it comes. */
export interface PlatformResult {
  errMsg?: string
  message?: string
  code?: string
  statusCode?: number
  header?: Record<string, string>
  data?: unknown
  tempFilePath?: string
}

export interface PlatformOptions {
  url?: string
  method?: string
  header?: Record<string, string>
  data?: unknown
  filePath?: string
  name?: string
  timeout?: number
  success?(result: PlatformResult): void
  fail?(cause: unknown): void
}

/** A task of wx.request and the like. */
export interface Task {
  abort?(): void
  onProgressUpdate?(listener: (event: { progress: number }) => void): void
}

export interface Socket {
  onOpen(listener: () => void): void
  onError(listener: (error: { errMsg: string }) => void): void
  close(options: object): void
}

/** What this package uses of wx. */
export interface Wx {
  [name: string]: Function
}

export type UiNames = 'loginStart' | 'loginEnd' | 'refreshStart' | 'refreshEnd' | 'retap'
export type HookNames = 'onLogin' | 'onLogout' | 'onRefresh' | 'log'

/** All settings, checked (config.js). */
export interface Settings {
  baseURL: string
  paths: Record<'login' | 'logout' | 'updateUser' | 'updatePhone' | 'unbindPhone' | 'checkSession' | 'updateAvatar' | 'sessions', string>
  whitelist: Array<string | RegExp | ((options: RequestOptions) => unknown)>
  origins: string[]
  tokenHeader: string
  header: null | Record<string, string> | ((options: RequestOptions) => Record<string, string>)
  maxConcurrent: number
  timeout: number
  uploadTimeout: number
  refresh: { maxTries: number, restoreTime: number, maxQueue: number }
  retry: number
  unwrap: boolean | ((reply: Reply) => unknown)
  steps: Requirement[]
  authPage: string
  appid: string
  device: null | false | string | (() => unknown)
  loginData: null | object | (() => unknown)
  ui: string | Partial<Ui>
  texts: Record<string, string>
  storage: SessionStorage | null
  codeOf: ((reply: Reply) => string | number | undefined) | null
  hooks: Partial<Hooks>
  share: Client | null
  wx: Wx
}

export type Requirement = 'unionid' | 'user' | 'phone'

export interface Reply {
  statusCode: number
  header: Record<string, string>
  // eslint-disable-next-line -- whatever the server sent
  data: any
  requestId?: string
}

/** Options of a request as the application gave them, before anything is checked. */
export interface Asked extends PlatformOptions {
  url: string
  needLogin?: boolean
  replay?: boolean
  byUser?: boolean
  retry?: number
  unwrap?: Settings['unwrap']
  loading?: boolean | string
  onTask?(task: Task): void
}

export interface LoginOptions {
  force?: boolean
  auto?: boolean
  byUser?: boolean
}

export interface Flight {
  dropped: boolean
  joined: number
  byUser: boolean
  promise: Promise<Session>
  reject(error: unknown): void
}

/** A session as it is kept; times in ms, hints only. */
export interface Stored {
  token: string
  userInfo: UserInfo
  /** how long it lives unused */
  life?: number
  /** when it ends unless it is used */
  until?: number
  /** when it ends in any case */
  end?: number
}

export type Failure = MpAuthError

export interface Parts {
  config: Settings
  hooks: Record<HookNames, (...args: unknown[]) => void>
  ui: Record<UiNames, (...args: unknown[]) => void>
  status: { login: Status<Session>, auth: Status<UserInfo> }
  scope: ReturnType<typeof import('../src/scope').createScope>
  platform: import('../src/platform').Platform
  store: import('../src/store').Store
  session: import('../src/session').Session
  requests: ReturnType<typeof import('../src/requests').createRequests>
  /** what the client shows of them */
  api: Pick<Client, 'session' | 'auth' | 'status'>
}
