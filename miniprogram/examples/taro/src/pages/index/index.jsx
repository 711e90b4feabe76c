// SPDX-License-Identifier: MIT
import { useState } from 'react'
import { Button, Text, View } from '@tarojs/components'
import { useLoad } from '@tarojs/taro'
import client from '../../client'

export default function Index() {
  const [state, setState] = useState('')
  useLoad(() => {
    client.get('/orders').then(({ statusCode }) => setState(String(statusCode)), (error) => setState(error.code))
  })
  const buy = client.auth.withAuth({ mustAuthStep: 3 }, () => setState('bought'))
  return <View><Text>{state}</Text><Button onClick={buy}>Buy</Button></View>
}
