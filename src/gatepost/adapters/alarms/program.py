"""How is the operator's own program told? By argument, environment and standard input; no shell, and not for long."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from gatepost.model.health import Notice

TIMEOUT = 30.0  # seconds it may take
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run(command: Path, notice: Notice, text: str, hostname: str, timeout: float = TIMEOUT) -> None:
    """Raises OSError where it cannot be started, fails, or has to be killed with all it started."""
    environment = {
        "PATH": PATH,
        "LC_ALL": "C.UTF-8",
        "ALARM_KEY": without_nul(notice.key),
        "ALARM_STATE": "over" if notice.over else "raised",
        "ALARM_TEXT": without_nul(notice.text),
        "ALARM_HOST": hostname,
    }
    process = subprocess.Popen(
        [command, without_nul(notice.key)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        start_new_session=True,
    )
    try:
        process.communicate(text.encode("utf-8", "backslashreplace"), timeout)
    except subprocess.TimeoutExpired:
        raise OSError(f"{command}: took longer than {timeout:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        raise OSError(f"{command}: ended with {process.returncode}")


def without_nul(text: str) -> str:
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
