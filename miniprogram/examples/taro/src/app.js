// SPDX-License-Identifier: MIT
import { useLaunch } from '@tarojs/taro'
import client from './client'

export default function App({ children }) {
  useLaunch(() => {
    client.session.login().catch(() => {})
  })
  return children
}
