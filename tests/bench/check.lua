-- SPDX-License-Identifier: MIT
-- check.lua: for wrk: requests with the tokens of a file, one after another.
--   wrk ... -s check.lua URL -- FILE PATH
-- Prints "RESULT requests us bad p50 p99"; bad: not 200, or no reply.
local requests, n = {}, 0

function init(arguments)
	for token in io.lines(arguments[1]) do
		requests[#requests + 1] = wrk.format("GET", arguments[2],
		    { ["Authorization"] = "Bearer " .. token })
	end
end

function request()
	n = n + 1
	return requests[n % #requests + 1]
end

function done(summary, latency)
	local e = summary.errors
	print(string.format("RESULT %d %d %d %d %d", summary.requests,
	    summary.duration, e.status + e.connect + e.read + e.write +
	    e.timeout, latency:percentile(50), latency:percentile(99)))
end
