"""Tables of reports as a person sees them."""

import os
import pty
import subprocess
import sys

import pytest

from gatepost.auth.dmarc.report import Disposition
from gatepost.auth.dmarc.senders import Sender
from gatepost.cli.dmarc_tables import aligned, narrow, senders_table, totals


def sender(**more):
    given = {
        "domain": "example.com", "header_from": "a.example.com", "source": "192.0.2.1", "count": 1234,
        "disposition": Disposition.NONE, "spf_aligned": False, "dkim_aligned": True,
    }  # fmt: skip
    return Sender(**{**given, **more})


def test_numbers_stand_under_each_other():
    out = senders_table([sender(), sender(count=5)], ()).splitlines()
    assert [line.split()[1] for line in out] == ["COUNT", "1,234", "5"]
    assert len({line.index(end) + 5 for line, end in zip(out, ["COUNT", "1,234", "    5"], strict=True)}) == 1


def test_what_strangers_said_makes_no_second_line():
    out = senders_table([sender(header_from="a\n\x1b[2Jb")], ())
    assert len(out.splitlines()) == 2 and "\x1b" not in out


def test_totals_are_by_policy_domain():
    senders = [sender(count=3), sender(count=1, dkim_aligned=False), sender(domain="b.test", count=0)]
    assert list(totals(senders)) == ["b.test: 0 messages, none", "example.com: 4 messages, 75.0 % pass"]


def test_the_widest_columns_give_way():
    widths = [50, 30, 5]
    narrow(widths, 60)
    assert sum(widths) == 60 and widths[2] == 5
    narrow(widths, 5)
    assert max(widths) == 12


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_a_line_fits(columns):
    program = (
        "from gatepost.cli.dmarc_tables import aligned; "
        "print(aligned(('a','b','c'), [('x'*90, 'y'*60, '7')], numbers=(2,)))"
    )
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", program], stdout=theirs, env={**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1"}
    )
    assert done.wait(30) == 0
    os.close(theirs)
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert len(lines) == 2 and max(map(len, lines)) <= columns and "…" in lines[1]


def test_behind_a_pipe_nothing_is_cut():
    assert "x" * 90 in aligned(("a",), [("x" * 90,)], numbers=())
