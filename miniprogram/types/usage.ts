// The declarations as an application uses them; compiled in both decorator dialects.
import { attachFly, AuthDisplayMode, AuthStep, AuthStepType, createClient, MpAuthError, mustAuth, setDefaultClient, Status, withAuth } from 'wxlogin-miniprogram'
import type { FlyLike, UserInfo } from 'wxlogin-miniprogram'

const client = createClient({
  baseURL: 'https://shop.example', whitelist: ['/public', /^\/cms\//, (options) => options.method === 'HEAD'],
  ui: { retap: (error) => console.log(error.requestId) }, hooks: { uploadAvatar: async (path) => 'https://cdn.example/' + path },
  codeOf: (reply) => reply.data.errno, steps: ['phone', 'user'], refresh: { maxTries: 2 }
})
setDefaultClient(client)

interface Order { id: number }

App({
  onLaunch() {
    client.session.login().catch((error: MpAuthError) => {
      if (error.code === 'FUSE_OPEN') console.warn(error.retryAfter)
    })
  }
})

Page({
  data: { n: 0 },
  async onLoad() {
    const { data, requestId } = await client.get<Order[]>('/orders', { page: 1 })
    this.setData({ n: data[0].id })
    console.log(requestId)
  },
  onBuy: client.auth.withAuth({ mustAuthStep: AuthStep.THREE }, function (this: { setData(d: object): void }, e: WechatMiniprogram.TouchEvent) {
    this.setData({ n: e.timeStamp })
  }),
  onShare: withAuth({ mustAuthStep: 2, mode: 'page' }, async (name: string) => name.length)
})

class Controller {
  private base = 1

  @mustAuth({ mustAuthStep: 3 })
  async onTap(n: number) {
    return this.base + n
  }
}
new Controller().onTap(1).then((n) => n.toFixed())

const status = new Status<number>('boot')
status.must((value) => value + 1).then((value) => value.toFixed())
status.must({ keepWaiting: true }).then((value) => value.toFixed())
client.status.auth.onceSuccess((user: UserInfo) => user.nickname)

client.request<{ ok: boolean }>({ url: '/x', method: 'POST', needLogin: false, timeout: 5 }).abort()
client.uploadFile({ url: '/a', filePath: 'p', name: 'file' }).then((reply) => reply.data)
client.downloadFile({ url: '/a' }).then(({ tempFilePath }) => tempFilePath.length)
client.session.logout({ scope: 'all' }).then(({ sessionsEnded }) => sessionsEnded + 1)

client.session.logout({ scope: 'one', session: '9f2c4b7d01aa34ef' }).then(({ sessionsEnded }) => sessionsEnded + 1)
client.session.logout({ stay: true }).then(() => client.session.resume()).then(({ token }) => token.length)
client.session.list().then((sessions) => sessions.filter(({ current }) => !current).map(({ device }) => device.length))
client.session.updateUser({ nickname: 'a' }, { onProgress: (percent) => percent.toFixed() }).then(({ avatarUrl }) => avatarUrl.length)
client.session.onChange((user) => console.log(user && user.nickname))()
client.auth.mustAuth({ need: ['phone'], mode: AuthDisplayMode.PAGE }).then(({ phone }) => phone.length)
client.auth.missing({ mustAuthStep: AuthStepType.TWO }).concat('unionid')

const stock = createClient({
  baseURL: 'https://stock.example', share: client, origins: ['https://api.example'], header: ({ url }) => ({ 'X-Url': url }), retry: 1,
  unwrap: ({ data }) => data.data, steps: ['unionid', 'user', 'phone'], device: () => 'desk', loginData: { invite: 'i' }, texts: { save: 'OK' }, ui: 'article'
})
stock.get<Order[]>('/orders', {}, { unwrap: true }).then((orders) => orders[0].id.toFixed())
stock.request<Order>({ url: '/x', unwrap: true, loading: 'wait', retry: 2, byUser: true }).then(({ id }) => id.toFixed())
stock.uploadFile({ url: '/a', filePath: 'p', name: 'file', onTask: (task) => task.onProgressUpdate(({ progress }) => progress.toFixed()) })
stock.connectSocket({ url: '/live' }).then((task) => task.send({ data: 'x' }))

declare const fly: FlyLike
const detach: () => void = attachFly(fly, client)
detach()

class Plain {
  /** not async */
  @mustAuth()
  onTap(n: number) {
    return n
  }
}
new Plain()

// @ts-expect-error one of the user's sessions, but which?
client.session.logout({ scope: 'one' })
// @ts-expect-error nobody has an e-mail address
client.auth.mustAuth({ need: ['email'] })
// @ts-expect-error baseURL is required
createClient({ whitelist: [] })
// @ts-expect-error no such scope
client.session.logout({ scope: 'mine' })
// @ts-expect-error no such step
client.auth.mustAuth({ mustAuthStep: 4 })
// @ts-expect-error callbacks are not passed on: there is a promise
client.request({ url: '/x', success() {} })
// @ts-expect-error a code that does not exist
if (new MpAuthError('NETWORK').code === 'NETWORKS') detach()
