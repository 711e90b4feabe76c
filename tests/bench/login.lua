-- SPDX-License-Identifier: MIT
-- login.lua: for wrk: logins, each with a code of its own, of USERS people.
--   wrk ... -s login.lua URL -- RUN USERS
-- RUN makes the codes differ from those of other runs.  Prints what check.lua
-- does.
local run, users, n = "", 1, 0

function init(arguments)
	run = arguments[1]
	users = tonumber(arguments[2])
end

function request()
	n = n + 1
	return wrk.format("GET", "/onlogin?code=u" .. n % users .. "-" .. run ..
	    "-" .. n)
end

function done(summary, latency)
	local e = summary.errors
	print(string.format("RESULT %d %d %d %d %d", summary.requests,
	    summary.duration, e.status + e.connect + e.read + e.write +
	    e.timeout, latency:percentile(50), latency:percentile(99)))
end
