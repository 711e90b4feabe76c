// SPDX-License-Identifier: MIT
export default { navigationBarTitleText: 'Shop' }
