import subprocess
import sys
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from gatepost.app.runtime import on_unraisable

HEAP_GROWTH = """
import platform, sys
from gatepost.app import runtime
if sys.argv[1] == "set up":
    runtime.set_up()
def heap():
    for line in open("/proc/self/maps"):
        if "[heap]" in line:
            start, _, end = line.partition(" ")[0].partition("-")
            return int(end, 16) - int(start, 16)
    return 0
for _ in range(3):
    bytearray(4 * 1024 * 1024)  # freed at once
before = heap()
blocks = [bytearray(256 * 1024) for _ in range(50)]
print((heap() - before) // 1024, platform.libc_ver()[0])
"""


def growth(how):
    """KiB by which the heap grew, and whose heap it is."""
    command = [sys.executable, "-c", HEAP_GROWTH, how]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    kibibytes, _, library = run.stdout.strip().partition(" ")
    return int(kibibytes), library


def test_large_blocks_lie_apart_from_the_heap():
    assert growth("set up")[0] < 1024


def test_without_that_they_do_not():
    kibibytes, library = growth("as it is")
    if library != "glibc":
        pytest.skip("only glibc raises its limit")
    assert kibibytes > 5000


def unraisable(error, what):
    return SimpleNamespace(exc_type=type(error), exc_value=error, exc_traceback=None, err_msg=None, object=what)


def test_a_server_name_that_is_not_ascii_is_no_bug():
    with capture_logs() as said:
        on_unraisable(unraisable(UnicodeDecodeError("ascii", b"\xff", 0, 1, "not ASCII"), b"\xff"))
    assert [entry["log_level"] for entry in said] == ["debug"]


def test_any_other_is_a_bug_with_its_traceback():
    error = ValueError("ours")
    with capture_logs() as said:
        on_unraisable(unraisable(error, object()))
    assert [(entry["log_level"], entry["event"], entry["exc_info"]) for entry in said] == [("error", "bug", error)]


def test_what_python_imports_late_is_there_at_once():
    code = "import sys; import gatepost.app.runtime; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert {"encodings.idna", "encodings.punycode", "stringprep", "idna.uts46data"} <= set(run.stdout.split())
