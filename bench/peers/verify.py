"""math-verify on the same cases, in as many processes as the other side has threads."""

import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version

from math_verify import parse, verify

from peer import serve

pools = {}


def one(case):
    try:
        return bool(verify(parse(case["gold"]), parse(case["pred"])))
    except Exception:  # its own verdict on what it cannot read
        return False


def judge(cases, processes):
    pool = pools.setdefault(processes, ProcessPoolExecutor(processes))
    start = time.perf_counter()
    verdicts = list(pool.map(one, cases, chunksize=8))
    return {"seconds": time.perf_counter() - start, "verdicts": verdicts}


if __name__ == "__main__":
    serve({"version": lambda: {"version": version("math-verify")}, "judge": judge})
