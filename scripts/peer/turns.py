"""How the peers of the benchmarks are driven: a greeting {"name": ..., "lacks": [what would make it faster, a line each]}, then one JSON job a line in
and one JSON answer a line out.

A job has a kind, the work's sizes, `threads`, and how to measure: `rounds` times, each at least `seconds` long. The answer is
{"measured": [...]}, the seconds of one run, process or epoch (of a job of kind `memory`: megabytes), or {"error": reason}. The jobs are those of
src/bench/peer-job.ts.
"""

import json
import sys
import time


def time_runs(run, rounds, seconds):
    """The time of one run, in each round; a round that comes first warms up and finds how many runs fill the time."""
    run()
    runs = 0
    start = time.perf_counter()
    while runs == 0 or time.perf_counter() - start < seconds:
        run()
        runs += 1
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(runs):
            run()
        times.append((time.perf_counter() - start) / runs)
    return times


def serve(name, answer, lacks=()):
    """Answers each job of standard input until it ends."""
    print(json.dumps({"name": name, "lacks": lacks}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # the other side reports it and ends
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
