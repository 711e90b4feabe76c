/* SPDX-License-Identifier: MIT */
/* setup_page.h: the parts of the setup page that never change. */
#ifndef SETUP_PAGE_H
#define SETUP_PAGE_H

/* The language and the title, twice. */
#define SETUP_HEAD \
    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n" \
    "<meta name=\"viewport\" content=\"width=device-width\">\n" \
    "<title>%s</title>\n<style>\n" \
    "body { font: 16px/1.6 system-ui, sans-serif; max-width: 44em; " \
    "margin: 2em auto; padding: 0 1em }\n" \
    "li { margin: .4em 0 } .ok b { color: #07893f } " \
    ".no b, p.no { color: #c0392b }\n" \
    "code { font-size: .85em; overflow-wrap: anywhere; " \
    "white-space: pre-line }\n" \
    "button, input { font: inherit; padding: .3em .8em }\n" \
    "</style></head><body>\n<h1>%s</h1>\n"

static const char setup_tail[] = "</body></html>\n";

/* Ask the program for what arrived of a request with both headers, the other
 * programs whether they are there, and for files that are to be denied. */
static const char setup_script[] =
    "<script>\n'use strict'\n"
    "const key = document.querySelector('[name=key]').value\n"
    "const sum = document.getElementById('sum')\n"
    "const programs = ['onlogin', 'checksession', 'logout', 'updateuser',\n"
    "  'updatephone', 'unbindphone', 'checkkey', 'sessions']\n"
    "let failed = Number(sum.dataset.failed)\n"
    "function show (li, passed, more = '') {\n"
    "  li.className = passed ? 'ok' : 'no'\n"
    "  li.firstChild.textContent = sum.dataset[passed ? 'pass' : 'fail']\n"
    "  if (passed) return\n"
    "  failed++\n"
    "  li.append(document.createElement('br'), li.dataset.remedy + more)\n"
    "}\n"
    "const line = name => document.querySelector(`[data-check=${name}]`)\n"
    "async function probe () {\n"
    "  const seen = await fetch(location.href, {\n"
    "    method: 'POST',\n"
    "    headers: { Authorization: 'Bearer probe', sessionid: 'probe' },\n"
    "    body: new URLSearchParams({ key, probe: '1' })\n"
    "  }).then(reply => reply.json()).catch(() => ({}))\n"
    "  show(line('authorization'), seen.authorization === true)\n"
    "  show(line('sessionid'), seen.sessionid === true)\n"
    "  show(line('clock'), Math.abs(Date.now() / 1000 - seen.now) < 60)\n"
    "}\n"
    "async function answers (name) {\n"
    "  const reply = await fetch(name, { method: 'OPTIONS' })\n"
    "    .catch(() => ({}))\n"
    "  return reply.status === 204 ? '' : ' ' + name\n"
    "}\n"
    "async function denied (li) {\n"
    "  const reply = await fetch(li.dataset.url, { cache: 'no-store' })\n"
    "    .catch(() => ({ ok: false }))\n"
    "  show(li, !reply.ok)\n"
    "}\n"
    "async function check () {\n"
    "  show(line('https'), location.protocol === 'https:' ||\n"
    "    ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname))\n"
    "  const silent = (await Promise.all(programs.map(answers))).join('')\n"
    "  show(line('programs'), silent === '', silent)\n"
    "  await probe()\n"
    "  const files = document.querySelectorAll('[data-check=denied]')\n"
    "  for (const li of files) await denied(li)\n"
    "  sum.textContent = failed === 0\n"
    "    ? sum.dataset.good : sum.dataset.bad + failed\n"
    "}\n"
    "check()\n"
    "</script>\n";

#endif
