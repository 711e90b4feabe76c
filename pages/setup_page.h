/* SPDX-License-Identifier: MIT */
/* setup_page.h: the parts of the setup page that never change. */
#ifndef SETUP_PAGE_H
#define SETUP_PAGE_H

static const char setup_head[] =
    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>wxlogin setup</title>\n<style>\n"
    "body { font: 16px/1.6 system-ui, sans-serif; max-width: 44em; "
    "margin: 2em auto; padding: 0 1em }\n"
    "li { margin: .4em 0; white-space: pre-line } .ok b { color: #07893f } "
    ".no b, p.no { color: #c0392b }\n"
    "button, input { font: inherit; padding: .3em .8em }\n"
    "</style></head><body>\n<h1>wxlogin setup</h1>\n";

static const char setup_tail[] = "</body></html>\n";

/* Ask the program for what arrived of a request with both headers. */
static const char setup_script[] =
    "<script>\n'use strict'\n"
    "const key = document.querySelector('[name=key]').value\n"
    "const sum = document.getElementById('sum')\n"
    "let failed = Number(sum.dataset.failed)\n"
    "function show (id, passed) {\n"
    "  const li = document.getElementById(id)\n"
    "  li.className = passed ? 'ok' : 'no'\n"
    "  li.firstChild.textContent = passed ? 'pass' : 'fail'\n"
    "  if (passed) return\n"
    "  failed++\n"
    "  li.append(document.createElement('br'), li.dataset.remedy)\n"
    "}\n"
    "function probe () {\n"
    "  return fetch(location.href, {\n"
    "    method: 'POST',\n"
    "    headers: { Authorization: 'Bearer probe', sessionid: 'probe' },\n"
    "    body: new URLSearchParams({ key, probe: '1' })\n"
    "  }).then(reply => reply.json()).catch(() => ({}))\n"
    "}\n"
    "probe().then(seen => {\n"
    "  show('authorization', seen.authorization === true)\n"
    "  show('sessionid', seen.sessionid === true)\n"
    "  show('clock', Math.abs(Date.now() / 1000 - seen.now) < 60)\n"
    "  sum.textContent = failed === 0 ? 'OK' : 'failed: ' + failed\n"
    "})\n"
    "</script>\n";

#endif
