// The declarations and the sources agree: every export is there, with a type that fits.
import * as declared from './index'
import * as real from '../src/index'

type Value<T> = { [K in keyof T]: T[K] }
type Functions = 'createClient' | 'setDefaultClient' | 'getDefaultClient' | 'mustAuth' | 'withAuth' | 'attachFly'

export const functions: Pick<Value<typeof declared>, Functions> = real
export const names: Record<keyof typeof declared, unknown> = real
export const reverse: Record<keyof typeof real, unknown> = declared
export const client: declared.Client = real.createClient({ baseURL: 'https://shop.example' })
export const status: declared.Status<number> = new real.Status('x')
export const displays: { POPUP: 'popup', PAGE: 'page' } = real.AuthDisplayMode
export const steps: { ONE: 1, TWO: 2, THREE: 3 } = real.AuthStep as { ONE: 1, TWO: 2, THREE: 3 }
