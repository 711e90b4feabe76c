// SPDX-License-Identifier: MIT
/* wxss.test.mjs: units and scopes of style sheets. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { asApp, asComponent, asPage } from '../wxss.mjs'

const plain = (text) => text.replace(/\s+/g, ' ').trim()

test('rpx is the 750th part of the page, vh is the page', () => {
  assert.equal(asComponent('.a { margin: -15rpx 750rpx .75rpx; min-height: 100vh }', 'c'), '.c--a { margin: -2cqw 100cqw 0.1cqw; min-height: 100cqh }')
})

test('a component is isolated: every class, in lists and chains; not what only looks like one', () => {
  assert.equal(plain(asComponent('.a .b-c, .d.e::after { opacity: .6; transition: all .2s }', 'c1')), '.c1--a .c1--b-c, .c1--d.c1--e::after { opacity: .6; transition: all .2s }')
})

test('keyframes stay as they are, what follows does not', () => {
  const text = '@keyframes up { from { top: 100%; } 50.5% { top: 0; } } .a { top: 0; }'
  assert.equal(asComponent(text, 'c'), text.replace('.a', '.c--a'))
})

test('inside of @media rules are scoped', () => {
  assert.equal(asComponent('@media (max-width: 5px) { .a { top: 0 } }', 'c'), '@media (max-width: 5px) { .c--a { top: 0 } }')
})

test('a page\'s rules are for its box, the app\'s for all boxes', () => {
  assert.equal(asPage('page { top: 0 } .a, .b { top: 1px }', 'p/x'), '.wx-page[data-route="p/x"] .wx-scroll { top: 0 } :where(.wx-page[data-route="p/x"]) .a, :where(.wx-page[data-route="p/x"]) .b { top: 1px }')
  assert.equal(asApp('page { top: 0 } .page-title { top: 1px }'), '.wx-scroll { top: 0 } :where(.wx-scroll) .page-title { top: 1px }')
})

test('colours that are too pale are darker', () => {
  assert.equal(asComponent('.b { color: #FA5151; background-color: #07c160; border-color: #576b95 }', 'c'), '.c--b { color: #c92d2d; background-color: #067f40; border-color: #576b95 }')
})

test('comments are gone', () => {
  assert.equal(asComponent('/* .a { } */.b { top: 0 }', 'c'), '.c--b { top: 0 }')
})
