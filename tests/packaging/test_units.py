"""Claims about what is shipped for systemd and Docker."""

import configparser
import importlib.util
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.servers import need

PACKAGING = Path(__file__).parents[2] / "packaging"
SERVICE = PACKAGING / "gatepost.service"
SOCKET = PACKAGING / "gatepost.socket"
MOST_EXPOSURE = 2.5  # systemd-analyze security: 0 is sealed, 10 is open; a network service cannot come near 0


def settings(path: Path) -> dict[str, list[str]]:
    """All values of every key; systemd allows a key several times."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if match := re.fullmatch(r"([A-Za-z0-9]+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units with a program that exists here, so that systemd-analyze has nothing to say about that."""
    service = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", SERVICE.read_text())
    service = re.sub(r"(User|Group)=gatepost", r"\1=daemon", service)
    (tmp_path / SERVICE.name).write_text(service)
    (tmp_path / SOCKET.name).write_text(SOCKET.read_text())
    return [tmp_path / SERVICE.name, tmp_path / SOCKET.name]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        need.absent("needs systemd-analyze: apt-get install systemd")
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(units: list[Path]) -> None:
    outcome = analyze("verify", "--man=no", *map(str, units))
    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_the_service_is_sealed(units: list[Path]) -> None:
    outcome = analyze("security", "--offline=true", "--no-pager", str(units[0]))
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", outcome.stdout)
    assert level is not None, outcome.stderr
    assert float(level[1]) <= MOST_EXPOSURE


def test_sigterm_reaches_the_supervisor_alone() -> None:
    assert settings(SERVICE)["KillMode"] == ["mixed"]


def test_the_only_capability_is_to_bind_low_ports() -> None:
    found = settings(SERVICE)
    assert found["CapabilityBoundingSet"] == found["AmbientCapabilities"] == ["CAP_NET_BIND_SERVICE"]
    assert found["NoNewPrivileges"] == ["yes"]


def test_the_socket_does_not_take_both_families_at_once() -> None:
    found = settings(SOCKET)
    assert found["BindIPv6Only"] == ["ipv6-only"]
    assert len(found["ListenStream"]) == 2


def test_units_are_well_formed() -> None:
    for path in (SERVICE, SOCKET):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
        parser.read(path)
        assert parser.sections()


def test_the_image_copies_what_is_there_and_runs_as_nobody_in_particular() -> None:
    text = (PACKAGING / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.M):
        for source in line.split()[:-1]:
            assert (PACKAGING.parent / source).exists(), source
    assert re.search(r"^USER gatepost$", text, re.M)
    assert text.rindex("USER gatepost") > text.rindex("RUN ")


@pytest.fixture
def healthy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("healthy", PACKAGING / "healthy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({}, ""),
        ({"state": "reloading"}, ""),
        ({"state": "stopping"}, "it is stopping"),
        ({"workers": [{"state": "failed"}]}, "no worker serves"),
        ({"written": 0}, "was written"),
    ],
)
def test_health_is_read_from_the_state(
    tmp_path: Path, healthy: ModuleType, changed: dict[str, object], problem: str
) -> None:
    stats = {"written": time.time(), "state": "serving", "workers": [{"state": "failed"}, {"state": "serving"}]}
    (tmp_path / "stats.json").write_text(json.dumps(stats | changed))
    assert problem in healthy.problem(tmp_path / "stats.json")
    assert bool(healthy.problem(tmp_path / "stats.json")) == bool(problem)


def test_without_a_state_it_is_not_healthy(tmp_path: Path, healthy: ModuleType) -> None:
    assert healthy.problem(tmp_path / "stats.json")


def test_the_unit_forbids_nothing_that_looking_into_messages_needs() -> None:
    """Rules are compiled to executable memory; its processes shut themselves in by namespaces, Landlock and seccomp."""
    found = settings(SERVICE)
    assert "MemoryDenyWriteExecute" not in found
    assert found["RestrictNamespaces"] == ["user net ipc"]
    allowed = " ".join(found["SystemCallFilter"]).split()
    assert {"seccomp", "capset", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"} <= {*allowed}
