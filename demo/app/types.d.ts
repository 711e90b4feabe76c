// SPDX-License-Identifier: MIT
/* types.d.ts: what the parts of the demo hand to one another. */

export type Lang = 'zh' | 'en'

/** What glass-easel's compiler makes of WXML. */
export type Templates = import('glass-easel').template.ProcGenGroupList

/** Texts by their name. */
export type Texts = Record<string, string>

/** What the visitor has done to a phone; world.js says what each means. */
export type SwitchName = 'offline' | 'deny' | 'old' | 'consent' | 'useless'
export type Switches = Record<SwitchName, boolean>

/** A call that leaves a phone: told when it begins, and once more with `end` when it is over. */
export interface WireEvent {
  id: number
  name: 'request' | 'login' | 'checkSession' | 'sheet'
  end?: boolean
  /** How long it took, in milliseconds. */
  ms?: number
  /** wx.login, wx.checkSession: did it work, and the code it gave. */
  ok?: boolean
  code?: string
  /** Why there was no answer. */
  words?: string
  method?: string
  /** Path and query. */
  path?: string
  /** How many are on the wire, with this one. */
  open?: number
  /** HTTP status. */
  status?: number
  requestId?: string
  sheet?: string
  answer?: string
}

/** Tells of the end of a call. */
export type End = (outcome: Partial<WireEvent>) => void

export interface World {
  device: number
  user: string
  lang: Lang
  phoneNumber: string
  weChatName: string
  switches: Switches
  onWire(listener: (event: WireEvent) => void): void
  past(): WireEvent[]
  begin(event: Omit<WireEvent, 'id'>): End
  onShown(listener: (how: LaunchOptions) => void): void
  shown(): void
}

export interface LaunchOptions { path: string, query: Record<string, string>, scene: number }

/** What session.guards() of the client tells. */
export interface Guards { running: boolean, waiting: number, attempts: number, retryAfter: number }

/** As much of the client as the demo uses. */
export interface Client {
  get(path: string): Promise<{ statusCode: number }>
  session: { getToken(): string | undefined, guards(): Guards }
}

/** window.phone of a frame. */
export interface Phone extends World {
  client(): Client
  /** Sends n requests of the mini program at once; each outcome is an HTTP status, or the code of an error. */
  fire(n: number, each?: (outcome: Outcome, index: number) => void): Promise<Outcome[]>
  background(): void
  foreground(): void
  /** The pages that are open, as addresses. */
  where(): string[]
}

export type Outcome = number | string

/** wx.request and the others, as far as they are here. */
export interface RequestOptions {
  url: string
  method?: string
  data?: unknown
  header?: Record<string, string>
  success?(reply: Reply): void
  fail?(failure: { errMsg: string }): void
  complete?(what: object): void
}
export interface UploadOptions extends RequestOptions {
  filePath: string
  name: string
  formData?: Record<string, string>
}
export interface Reply { statusCode: number, data: { code?: string, data?: { token?: string } }, header: Record<string, string>, errMsg: string }

export type Callbacks = Record<'success' | 'fail' | 'complete', ((value: object) => void) | undefined>

/** app.json. */
export interface AppJson {
  pages: string[]
  window: { navigationBarTitleText?: string }
  tabBar?: { list: { pagePath: string, text: string }[] }
}

/** What app.js gives to App. */
export interface App {
  globalData?: object
  onLaunch?(how: LaunchOptions): void
  onShow?(how: LaunchOptions): void
}

/** A page or component of the mini program. */
export interface Part {
  path: string
  json: { component?: boolean, navigationBarTitleText?: string, usingComponents?: Record<string, string> }
  scope: string
  run(): void
}

/** A page's instance, as its script sees it. */
export interface Caller {
  route: string
  options: Record<string, string>
  [hook: string]: unknown
}

export interface PageRoot {
  attach(parent: Element, placeholder: Element): void
  release(): void
  getComponent(): { triggerPageLifetime(name: string, args: unknown[]): void }
}

export interface Space {
  define(): void
  create(route: string): { root: PageRoot, caller: Caller }
  has(route: string): boolean
  configOf(route: string): Part['json']
}

export interface Chrome {
  handlers: { back(): void, tab(route: string): void, pull(): void }
  setTitle(text: string): void
  showPage(page: { title: string, canGoBack: boolean, isTab: boolean, route: string }): void
  setTab(index: number, text: string): void
}

export interface ModalOptions { title?: string, content?: string, showCancel?: boolean, confirmText?: string, cancelText?: string }

/** native.js */
export interface Native {
  phoneNumber(): Promise<object>
  avatar(): Promise<object>
  userInfo(): Promise<object>
  offerNickname(input: HTMLInputElement): void
  fileAt(path: string): string
  contract(): Promise<string>
  modal(options: ModalOptions): Promise<{ confirm: boolean, cancel: boolean }>
  toast(options: { title: string, duration?: number }): void
  loading(options: { title: string }): void
  hideLoading(): void
}

/** As much as is used here of glass-easel's components. */
export interface BuiltIn {
  data: Record<string, string & boolean>
  $$: HTMLInputElement
  act?(): Promise<void>
  addListener(type: string, listener: () => void): void
}

/** What a built-in component is made of. */
export interface BuiltInParts {
  attached?(this: BuiltIn): void
  observers?: Record<string, (this: BuiltIn, value: string & boolean) => void>
  methods?: Record<string, (this: BuiltIn) => void>
}

export interface ComponentSpace {
  setGlobalUsingComponent(tag: string, definition: import('glass-easel').GeneralComponentDefinition): void
  defineComponent(options: object): import('glass-easel').GeneralComponentDefinition
}

/** What built-in components need. */
export interface Platform { world: World, wechat: Native }

/** A call that wxlogin made to WeChat, from the stand-in's log. */
export interface WeChatCall { id: number, path: string, errcode: number, status: number, requestId: string }

export type Party = 'mini' | 'wxlogin' | 'wechat'

/** A row of the diagram; `label` in the language of the texts it gets. */
export interface Arrow {
  phone?: number
  from: Party
  to: Party
  tone: string
  label(t: Texts): string
  requestId?: string
  ms?: number
}
