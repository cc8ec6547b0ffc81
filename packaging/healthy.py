"""Is the gateway up? Exit code 0 if its supervisor wrote its state within ten seconds and a worker serves."""

import json
import sys
import time
from pathlib import Path

FRESH = 10.0  # seconds


def problem(path: Path) -> str:
    """What is wrong; "" if nothing is."""
    try:
        stats = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        return f"{path}: {error}"
    age = time.time() - stats["written"]  # noqa: TID251 - a script of its own, beside the program
    if age > FRESH:
        return f"{path} was written {age:.0f} s ago"
    if stats["state"] not in ("serving", "reloading"):
        return f"it is {stats['state']}"
    if not any(worker["state"] == "serving" for worker in stats["workers"]):
        return "no worker serves"
    return ""


def main() -> int:
    """The data directory is the first argument, /var/lib/gatepost without one."""
    found = problem(Path(sys.argv[1] if len(sys.argv) > 1 else "/var/lib/gatepost") / "stats.json")
    sys.stdout.write(f"{found or 'healthy'}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
