"""`gatepost auth-adapter`: sender authentication for conformance suites, one JSON object a line in, one a line out.

Not in `--help`. The resolver is `AUTH_DNS=host:port` of the environment; nothing is remembered between lines, since the
zones of a suite change.
"""

import asyncio
import json
import os
import sys

from gatepost.app.authenticate import answer
from gatepost.cli.terminal import FAILED, OK, tell

VARIABLE = "AUTH_DNS"


def command() -> int:
    """Answer each line of standard input."""
    server = os.environ.get(VARIABLE, "")
    if not server:
        tell(f"gatepost auth-adapter: set {VARIABLE}=host:port, the resolver to ask")
        return FAILED
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            if line.strip():
                print(runner.run(answered(line, server)), flush=True)
    return OK


async def answered(line: str, server: str) -> str:
    """What is wrong with a line is an answer too: the next one is read all the same."""
    try:
        return json.dumps(await answer(json.loads(line), server))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return json.dumps({"error": f"{type(error).__name__}: {error}"})
