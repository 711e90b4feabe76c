// SPDX-License-Identifier: MIT
module.exports = { presets: [['taro', { framework: 'react', ts: false }]] }
