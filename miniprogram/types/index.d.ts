// SPDX-License-Identifier: MIT
/// <reference types="miniprogram-api-typings" />
// What `require('wxlogin-miniprogram')` gives.  README.md has a recipe per task.

/** The user as the server knows him; unknown strings are ''. */
export interface UserInfo {
  /** public id: opaque, stable, safe to put into other tables */
  id: string
  nickname: string
  avatarUrl: string
  gender: 0 | 1 | 2
  language: string
  country: string
  province: string
  city: string
  /** without country code, complete */
  phone: string
  countryCode: string
  hasUnionId: boolean
}

export interface Session {
  token: string
  userInfo: UserInfo
  /** only from a login that went over the network */
  newUser?: boolean
}

/** Codes made by this package. */
export type OwnCode =
  | 'NETWORK' | 'TIMEOUT' | 'ABORTED'
  | 'WX_LOGIN_FAILED' | 'LOGIN_REJECTED' | 'LOGIN_UNAVAILABLE'
  | 'FUSE_OPEN' | 'QUEUE_FULL'
  | 'AUTH_CANCELLED' | 'AUTH_REDIRECTED' | 'NAVIGATE_FAILED'
  | 'BAD_CONFIG' | 'HOOK_FAILED'

/** Codes of the server. */
export type ServerCode =
  | 'PARAM_INVALID' | 'CODE_INVALID' | 'CODE_USED' | 'DECRYPT_WX_OPEN_DATA_FAIL'
  | 'AUTH_INVALID' | 'AUTH_EXPIRED' | 'USER_BLOCKED' | 'NOT_FOUND' | 'METHOD_NOT_ALLOWED'
  | 'PHONE_TAKEN' | 'BODY_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'TOO_MANY_REQUESTS'
  | 'INTERNAL' | 'WECHAT_ERROR' | 'WECHAT_UNAVAILABLE' | 'BUSY'

/** What every promise of this package rejects with. */
export class MpAuthError extends Error {
  constructor(code: OwnCode | ServerCode, message?: string, extra?: object)
  readonly name: 'MpAuthError'
  /** stable, for programs; the server's own code whenever a reply had one */
  readonly code: OwnCode | ServerCode
  /** X-Request-Id of the server's reply, to quote in a bug report */
  readonly requestId?: string
  /** milliseconds; with FUSE_OPEN, and what a login or reply with Retry-After was refused with */
  readonly retryAfter?: number
  /** the user must tap the button once more */
  readonly userAction?: 'retap'
  /** the setting, argument or field that is wrong; with BAD_CONFIG, HOOK_FAILED and PARAM_INVALID */
  readonly field?: string
  readonly response?: Reply<unknown>
  /** what the platform said */
  readonly cause?: unknown
}

export type StatusState = 'idle' | 'ing' | 'success' | 'fail'

/** A state that others can wait for. */
export class Status<T = void> {
  constructor(name: string)
  name: string
  readonly state: StatusState
  ing(): void
  success(value: T): void
  fail(error: unknown): void
  /** back to idle; whoever waits goes on waiting */
  reset(): void
  isIng(): boolean
  isSuccess(): boolean
  isFail(): boolean
  /** resolves when successful, waits while idle or ing, rejects when failed; keepWaiting: waits for the next success */
  must(options?: { keepWaiting?: boolean }): Promise<T>
  must<R>(fn: (value: T) => R, options?: { keepWaiting?: boolean }): Promise<Awaited<R>>
  /** the first success, now or later */
  onceSuccess(fn?: (value: T) => void): Promise<T>
  /** the first failure, now or later */
  onceFail(fn?: (error: unknown) => void): Promise<unknown>
}

export interface Reply<T> {
  statusCode: number
  header: Record<string, string>
  /** the parsed body */
  data: T
  requestId?: string
}

export interface DownloadReply {
  statusCode: number
  tempFilePath: string
  header: Record<string, string>
  requestId?: string
}

export interface LoginOptions {
  /** default: true for paths of baseURL's origin that are not on the whitelist */
  needLogin?: boolean
  /** default true; false: rejected with AUTH_* instead of being sent once more */
  replay?: boolean
  /** the user did this: he is told when the login fails, and it is not held up by a failure of before */
  byUser?: boolean
}

type Callbacks = 'success' | 'fail' | 'complete'
export interface RequestOptions extends Omit<WechatMiniprogram.RequestOption, Callbacks>, LoginOptions {}
export interface UploadOptions extends Omit<WechatMiniprogram.UploadFileOption, Callbacks>, LoginOptions {}
export interface DownloadOptions extends Omit<WechatMiniprogram.DownloadFileOption, Callbacks>, LoginOptions {}

export interface Abortable<T> extends Promise<T> {
  /** rejects with ABORTED at once; a shared login goes on */
  abort(): void
}

export interface Ui {
  /** the first login, or one by force */
  loginStart(): void
  loginEnd(error: MpAuthError | undefined, how: { byUser: boolean }): void
  refreshStart(): void
  /** byUser: somebody who waited for it was the user */
  refreshEnd(error: MpAuthError | undefined, how: { byUser: boolean }): void
  /** the session was renewed, the tap must be made again */
  retap(error: MpAuthError): void
}

/** Synchronous; may throw. */
export interface SessionStorage {
  get(): unknown
  set(session: { token: string, userInfo: UserInfo }): void
  clear(): void
}

export interface Hooks {
  /** after each login over the network */
  onLogin(session: Session): void
  onLogout(reason: 'logout' | 'clear'): void
  /** after each refresh: its number since the last evidence, how many waited for it */
  onRefresh(event: { attempt: number, waiting: number, ms: number, error?: MpAuthError }): void
  /** fuse.blown, fuse.whole, login.failed, storage.get, storage.set, storage.clear; never gets a token */
  log(level: 'warn', event: string, fields: Record<string, unknown>): void
  /** brings a picture from the phone to a place with an https address */
  uploadAvatar(path: string): Promise<string>
}

export interface Config {
  baseURL: string
  /** appended to baseURL; default /wx/onlogin, /wx/logout, /wx/updateuser, /wx/updatephone, /wx/unbindphone */
  paths?: Partial<Record<'login' | 'logout' | 'updateUser' | 'updatePhone' | 'unbindPhone', string>>
  /** strings (prefixes) and RegExps match the path with query; functions get the request options */
  whitelist?: Array<string | RegExp | ((options: RequestOptions) => unknown)>
  /** default Authorization, which carries `Bearer TOKEN`; any other name carries the bare token */
  tokenHeader?: string
  /** default 8, at most 10 */
  maxConcurrent?: number
  /** default 10000 ms: each of wx.login, onlogin, a request, checkSession */
  timeout?: number
  /** default 60000 ms: the upload of a picture, and hooks.uploadAvatar */
  uploadTimeout?: number
  /** default 3, 5000 ms, 100 */
  refresh?: { maxTries?: number, restoreTime?: number, maxQueue?: number }
  /** order of authorisation; default ['user', 'phone'] */
  steps?: ['user', 'phone'] | ['phone', 'user']
  /** default /pages/auth/index */
  authPage?: string
  /** sent to onlogin; part of the storage key */
  appid?: string
  ui?: 'default' | 'article' | 'silent' | Partial<Ui>
  storage?: SessionStorage
  /** the code of an application's reply; default: HTTP 401, else `code` in the body */
  codeOf?(reply: Reply<any>): string | number | undefined
  hooks?: Partial<Hooks>
  /** default: the global one */
  wx?: object
}

export enum AuthStep { ONE = 1, TWO = 2, THREE = 3 }

export interface MustAuthOptions {
  /** default TWO */
  mustAuthStep?: AuthStep | 1 | 2 | 3
  /** id of the popup component on the page; default 'auth-popup' */
  popupCompName?: string
  /** default 'popup'; without a popup on the page always the page */
  mode?: 'popup' | 'page'
  /** where to look for the popup; default: the page on top */
  context?: { selectComponent(selector: string): any }
}

export interface ProfileDetail {
  nickname?: string
  avatarUrl?: string
  gender?: number
  language?: string
  country?: string
  province?: string
  city?: string
  rawData?: string
  signature?: string
  encryptedData?: string
  iv?: string
}

export interface PhoneDetail {
  code?: string
  iv?: string
  encryptedData?: string
}

export interface SessionApi {
  /** a token at hand, else wx.login and onlogin; force: always the latter */
  login(options?: { force?: boolean, byUser?: boolean }): Promise<Session>
  /** the same, but respects what the server said last: Retry-After, a growing wait, a blocked user */
  ensureLogin(): Promise<Session>
  /** one for all who ask; guarded by lock, queue and fuse */
  refreshLogin(options?: { byUser?: boolean }): Promise<Session>
  /** what lock, queue and fuse are doing, for display; attempts: since the last evidence, retryAfter: ms until the fuse is whole */
  guards(): { running: boolean, waiting: number, attempts: number, retryAfter: number }
  /** before an open-data button is tapped, never after */
  ensureSessionKey(): Promise<void>
  getToken(): string | undefined
  getUser(): UserInfo | null
  hasUser(): boolean
  hasPhone(): boolean
  updateUser(detail: ProfileDetail): Promise<UserInfo>
  updatePhone(detail: PhoneDetail): Promise<UserInfo>
  unbindPhone(): Promise<UserInfo>
  /** forgets first (except with 'others'), then tells the server; rejects when that fails */
  logout(options?: { scope?: 'this' | 'others' | 'all' }): Promise<{ sessionsEnded: number }>
  /** forgets here only */
  clearSession(): void
}

type Guarded<F extends (this: any, ...args: any[]) => any> =
  (this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<Awaited<ReturnType<F>> | undefined>

export interface AuthApi {
  /** the configured order */
  readonly steps: ReadonlyArray<'user' | 'phone'>
  currentStep(): AuthStep
  /** does the step that is open */
  nextStep(detail: ProfileDetail | PhoneDetail): Promise<AuthStep>
  mustAuth(options?: MustAuthOptions): Promise<UserInfo>
  /** for object literals: onBuy: withAuth({ mustAuthStep: 3 }, function () { ... }) */
  withAuth<F extends (this: any, ...args: any[]) => any>(options: MustAuthOptions, fn: F): Guarded<F>
  /** for the authorisation page: its onLoad options */
  backFromAuth(options: { backTo?: string } | undefined): Promise<void>
}

export interface Client {
  session: SessionApi
  request<T = any>(options: RequestOptions): Abortable<Reply<T>>
  get<T = any>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  post<T = any>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  put<T = any>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  delete<T = any>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  uploadFile<T = any>(options: UploadOptions): Abortable<Reply<T>>
  downloadFile(options: DownloadOptions): Abortable<DownloadReply>
  auth: AuthApi
  status: { login: Status<Session>, auth: Status<UserInfo> }
}

export function createClient(config: Config): Client

/** What the exported mustAuth and withAuth and the components use. */
export function setDefaultClient(client: Client): void
/** throws BAD_CONFIG before setDefaultClient */
export function getDefaultClient(): Client

export interface MustAuthDecorator {
  /** TC39 */
  <F extends (this: any, ...args: any[]) => Promise<any>>(method: F, context: { kind: 'method' }): any
  /** experimentalDecorators */
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): any
}

/** For methods of classes, in both decorator dialects. */
export function mustAuth(options?: MustAuthOptions): MustAuthDecorator

export function withAuth<F extends (this: any, ...args: any[]) => any>(options: MustAuthOptions, fn: F): Guarded<F>

export interface FlyLike {
  interceptors: { request: any, response: any }
  request(...args: any[]): Promise<any>
}

/** Puts the session behind an existing flyio instance; returns the way back. */
export function attachFly(fly: FlyLike, client: Client): () => void
