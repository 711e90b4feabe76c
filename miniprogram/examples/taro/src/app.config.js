// SPDX-License-Identifier: MIT
export default { pages: ['pages/index/index'], window: { navigationBarTitleText: 'Shop' } }
