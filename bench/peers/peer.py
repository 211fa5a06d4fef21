"""A peer's side of a bench: commands come as lines of JSON on stdin, answers go as lines of JSON to stdout."""

import json
import sys


def serve(commands):
    """`commands` by name: each takes the command's fields and returns what is answered under `result`."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": commands[request.pop("command")](**request)}
        except Exception as error:  # the bench shows it; a peer that dies silently would hang it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
