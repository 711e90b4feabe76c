// SPDX-License-Identifier: MIT
import { defineConfig } from 'vite'
import { createRequire } from 'node:module'
const uni = createRequire(import.meta.url)('@dcloudio/vite-plugin-uni').default
export default defineConfig({ plugins: [uni()] })
