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
  /** ms, by this phone's clock: when it ends unless it is used; a hint */
  expiresAt?: number
}

/** One of the user's sessions, as the server lists them; times in Unix seconds. */
export interface ListedSession {
  /** 16 hexadecimal digits; for logout({ scope: 'one', session }) */
  id: string
  /** the one of this phone */
  current: boolean
  /** '' when none was told */
  device: string
  createdAt: number
  lastUsedAt: number
  /** seconds: until it ends unless it is used, and in any case */
  expiresIn: number
  absoluteExpiresIn: number
}

/** Codes made by this package. */
export type OwnCode =
  | 'NETWORK' | 'TIMEOUT' | 'ABORTED'
  | 'HTTP_ERROR'
  | 'WX_LOGIN_FAILED' | 'LOGIN_REJECTED' | 'LOGIN_UNAVAILABLE' | 'LOGGED_OUT'
  | 'FUSE_OPEN' | 'QUEUE_FULL'
  | 'AUTH_CANCELLED' | 'AUTH_REDIRECTED' | 'NAVIGATE_FAILED'
  | 'BAD_CONFIG' | 'HOOK_FAILED'

/** Codes of the server. */
export type ServerCode =
  | 'PARAM_INVALID' | 'CODE_INVALID' | 'CODE_USED' | 'DECRYPT_WX_OPEN_DATA_FAIL'
  | 'AUTH_INVALID' | 'AUTH_EXPIRED' | 'USER_BLOCKED' | 'NOT_FOUND' | 'METHOD_NOT_ALLOWED'
  | 'PHONE_TAKEN' | 'BODY_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'TOO_MANY_REQUESTS'
  | 'PICTURE_INVALID' | 'CONTENT_REFUSED' | 'NOT_ALLOWED'
  | 'INTERNAL' | 'WECHAT_ERROR' | 'WECHAT_UNAVAILABLE' | 'BUSY'

/** Of this package and of the server; an unwrapped reply of an application has its own, as a string. */
export type Code = OwnCode | ServerCode

/** What every promise of this package rejects with. */
export class MpAuthError extends Error {
  constructor(code: Code, message?: string, extra?: object)
  readonly name: 'MpAuthError'
  /** stable, for programs; the server's own code whenever a reply had one */
  readonly code: Code
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

/** What a body may be; name your own type for a reply: get<Order[]>('/orders'). */
export type Json = any

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

/** How a reply becomes a value: true: `data` of an OK reply, any other code rejects; or a function. */
export type Unwrap = boolean | ((reply: Reply<Json>) => unknown)

export interface LoginOptions<Task = unknown> {
  /** default: true for paths of baseURL's origin that are not on the whitelist */
  needLogin?: boolean
  /** default true; false: rejected with AUTH_* instead of being sent once more */
  replay?: boolean
  /** the user did this: he is told when the login fails, and it is not held up by a failure of before */
  byUser?: boolean
  /** how often to send it again when the platform cut it off; default: `retry` of the configuration for idempotent methods */
  retry?: number
  /** default: `unwrap` of the configuration */
  unwrap?: Unwrap
  /** a mask while it runs; a text is its title */
  loading?: boolean | string
  /** gets the platform's task each time it is sent: progress, chunks, headers */
  onTask?(task: Task): void
}

type Callbacks = 'success' | 'fail' | 'complete'
export interface RequestOptions extends Omit<WechatMiniprogram.RequestOption, Callbacks>, LoginOptions<WechatMiniprogram.RequestTask> {}
export interface UploadOptions extends Omit<WechatMiniprogram.UploadFileOption, Callbacks>, LoginOptions<WechatMiniprogram.UploadTask> {}
export interface DownloadOptions extends Omit<WechatMiniprogram.DownloadFileOption, Callbacks>, LoginOptions<WechatMiniprogram.DownloadTask> {}
export interface SocketOptions extends Omit<WechatMiniprogram.ConnectSocketOption, Callbacks>, Pick<LoginOptions, 'needLogin' | 'byUser'> {}

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
  /** fuse.blown, fuse.whole, session-key.dead, login.failed, popup.failed, storage.get, storage.set, storage.clear; never gets a token */
  log(level: 'warn', event: string, fields: Record<string, unknown>): void
  /** brings a picture from the phone to a place with an https address; default: the server's updateavatar */
  uploadAvatar(path: string): Promise<string>
}

export interface Config {
  baseURL: string
  /** appended to baseURL; default /wx/ and the program's name */
  paths?: Partial<Record<'login' | 'logout' | 'updateUser' | 'updatePhone' | 'unbindPhone' | 'checkSession' | 'updateAvatar' | 'sessions', string>>
  /** strings (prefixes) and RegExps match the path with query; functions get the request options */
  whitelist?: Array<string | RegExp | ((options: RequestOptions) => unknown)>
  /** default Authorization, which carries `Bearer TOKEN`; any other name carries the bare token */
  tokenHeader?: string
  /** further origins that get the token, such as https://api.example */
  origins?: string[]
  /** default headers, for baseURL's origin and `origins`; those of the request count */
  header?: Record<string, string> | ((options: RequestOptions) => Record<string, string>)
  /** default 8, at most 10 */
  maxConcurrent?: number
  /** default 10000 ms: each of wx.login, onlogin, a request, checkSession */
  timeout?: number
  /** default 60000 ms: the upload of a picture, and hooks.uploadAvatar */
  uploadTimeout?: number
  /** default 3, 5000 ms, 100 */
  refresh?: { maxTries?: number, restoreTime?: number, maxQueue?: number }
  /** default 0: how often an idempotent request is sent again when the platform cut it off */
  retry?: number
  /** default false */
  unwrap?: Unwrap
  /** order of authorisation; default ['user', 'phone']; with 'unionid' a user without one is at step ONE */
  steps?: Requirement[]
  /** default /pages/auth/index */
  authPage?: string
  /** sent to onlogin; part of the storage key */
  appid?: string
  /** what the user's list of sessions calls this one; default: model and WeChat's version; false: nothing */
  device?: string | false | (() => string | Promise<string>)
  /** further fields for onlogin */
  loginData?: object | (() => object | Promise<object>)
  /** in place of those of the components, by name (components/texts.js) */
  texts?: Record<string, string>
  /** use the session of that client; this one has requests of its own */
  share?: Client
  ui?: 'default' | 'article' | 'silent' | Partial<Ui>
  storage?: SessionStorage
  /** the code of an application's reply; default: HTTP 401, else `code` in the body */
  codeOf?(reply: Reply<Json>): string | number | undefined
  hooks?: Partial<Hooks>
  /** default: the global one */
  wx?: object
}

export enum AuthStep { ONE = 1, TWO = 2, THREE = 3 }
/** The published design's name for it. */
export import AuthStepType = AuthStep
export enum AuthDisplayMode { POPUP = 'popup', PAGE = 'page' }

/** What a user can have or lack. */
export type Requirement = 'unionid' | 'user' | 'phone'

export interface MustAuthOptions {
  /** default TWO */
  mustAuthStep?: AuthStep | 1 | 2 | 3
  /** in place of a step: these, in this order */
  need?: Requirement[]
  /** id of the popup component on the page; default 'auth-popup' */
  popupCompName?: string
  /** default 'popup'; without a popup on the page always the page */
  mode?: 'popup' | 'page' | AuthDisplayMode
  /** where to look for the popup; default: the page on top */
  context?: { selectComponent(selector: string): unknown }
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

/** A component's event, or its detail. */
export type EventOr<D> = D | { type: string, detail: object }

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
  hasUnionId(): boolean
  /** after each change of the user data, also by login and logout (null); returns what stops it */
  onChange(listener: (user: UserInfo | null) => void): () => void
  /** a picture of this phone is uploaded first: when it can't be stored nothing is */
  updateUser(detail: EventOr<ProfileDetail>, options?: { onProgress?(percent: number): void }): Promise<UserInfo>
  updatePhone(detail: EventOr<PhoneDetail>): Promise<UserInfo>
  /** the published design's name for it */
  bindPhone(detail: EventOr<PhoneDetail>): Promise<UserInfo>
  unbindPhone(): Promise<UserInfo>
  /** fetches the user data anew */
  refreshUser(): Promise<UserInfo>
  /** the user's sessions, this one among them */
  list(): Promise<ListedSession[]>
  /**
   * Forgets first (except with 'others' and 'one'), then tells the server; rejects when that fails.
   * stay: nothing logs in until resume().
   */
  logout(options?: { scope?: 'this' | 'others' | 'all', stay?: boolean } | { scope: 'one', session: string }): Promise<{ sessionsEnded: number }>
  /** ends what logout({ stay: true }) began, and logs in */
  resume(): Promise<Session>
  /** forgets here only */
  clearSession(): void
}

// Functions of any arguments, whatever they give.
export type Callable = (this: any, ...args: any[]) => unknown

export type Guarded<F extends Callable> =
  (this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<Awaited<ReturnType<F>> | undefined>

export interface AuthApi {
  /** the configured order */
  readonly steps: readonly Requirement[]
  currentStep(): AuthStep
  /** the published design's name for it */
  getAuthStep(): AuthStep
  /** what mustAuth(options) would ask for */
  missing(options?: Pick<MustAuthOptions, 'mustAuthStep' | 'need'>): Requirement[]
  /** does the step that is open, or the one that the event is of */
  nextStep(detail: EventOr<ProfileDetail | PhoneDetail>): Promise<AuthStep>
  mustAuth(options?: MustAuthOptions): Promise<UserInfo>
  /** for object literals: onBuy: withAuth({ mustAuthStep: 3 }, function () { ... }) */
  withAuth<F extends Callable>(options: MustAuthOptions, fn: F): Guarded<F>
  /** for the authorisation page: its onLoad options */
  backFromAuth(options: { backTo?: string } | undefined): Promise<void>
}

type Unwrapped = { unwrap: Exclude<Unwrap, false> }

export interface Client {
  session: SessionApi
  request<T = Json>(options: RequestOptions & Unwrapped): Abortable<T>
  request<T = Json>(options: RequestOptions): Abortable<Reply<T>>
  get<T = Json>(url: string, data: RequestOptions['data'], options: Partial<RequestOptions> & Unwrapped): Abortable<T>
  get<T = Json>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  post<T = Json>(url: string, data: RequestOptions['data'], options: Partial<RequestOptions> & Unwrapped): Abortable<T>
  post<T = Json>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  put<T = Json>(url: string, data: RequestOptions['data'], options: Partial<RequestOptions> & Unwrapped): Abortable<T>
  put<T = Json>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  delete<T = Json>(url: string, data: RequestOptions['data'], options: Partial<RequestOptions> & Unwrapped): Abortable<T>
  delete<T = Json>(url: string, data?: RequestOptions['data'], options?: Partial<RequestOptions>): Abortable<Reply<T>>
  uploadFile<T = Json>(options: UploadOptions & Unwrapped): Abortable<T>
  uploadFile<T = Json>(options: UploadOptions): Abortable<Reply<T>>
  downloadFile(options: DownloadOptions): Abortable<DownloadReply>
  /** the token in the handshake; resolves when it is open */
  connectSocket(options: SocketOptions): Abortable<WechatMiniprogram.SocketTask>
  /** of the configuration */
  readonly texts: Record<string, string>
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
  <F extends Callable>(method: F, context: { kind: 'method' }): F
  /** experimentalDecorators */
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): any
}

/** For methods of classes, in both decorator dialects. */
export function mustAuth(options?: MustAuthOptions): MustAuthDecorator

export function withAuth<F extends Callable>(options: MustAuthOptions, fn: F): Guarded<F>

export interface FlyLike {
  interceptors: { request: object, response: object }
  request(...args: unknown[]): Promise<unknown>
}

/** Puts the session behind an existing flyio instance; returns the way back. */
export function attachFly(fly: FlyLike, client: Client): () => void
