// SPDX-License-Identifier: MIT
import { createClient, setDefaultClient } from 'wxlogin-miniprogram'
const client = createClient({ baseURL: 'https://shop.example', whitelist: ['/public'] })
setDefaultClient(client)
export default client
