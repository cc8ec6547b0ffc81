"""Runs fuzz targets under atheris, each in its own process: `python tests/fuzz/run.py SECONDS [TARGET ...]`.

Prints a table; ends with 1 if a target crashed, hung or could not run. What crashed one is kept in `crashes/`, from
where `test_seeds.py` repeats it ever after: commit it together with the correction.
"""

import argparse
import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, NoReturn

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzz.inputs import pieces, seeds  # noqa: E402 - run as a script, it has to find its own package first

CRASHES = HERE / "crashes"
LONGEST_INPUT = 4096  # octets
HANGS_AFTER = 10  # seconds for one input
MEMORY = 2048  # MiB
GRACE = 60  # seconds to start and to end


class Result(NamedTuple):
    """What became of one target; `outcome` is "clean" or what went wrong."""

    target: str
    runs: str
    coverage: str
    outcome: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, help="for each target")
    parser.add_argument("targets", nargs="*", help="such as fuzz_path; default: all")
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)  # the child: its directory for seeds
    arguments = parser.parse_args()
    known = sorted(path.stem for path in HERE.glob("fuzz_*.py"))
    targets = arguments.targets or known
    if unknown := sorted(set(targets) - set(known)):
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(known)}")
    if arguments.within:
        fuzz(targets[0], arguments.seconds, arguments.within)
    results = []
    for target in targets:
        say(f"{target}: {arguments.seconds} s ...")
        results.append(run(target, arguments.seconds))
    print_table(results)
    return int(any(result.outcome != "clean" for result in results))


def run(target: str, seconds: int) -> Result:
    """In a process of its own: a crash ends it, and coverage is counted for it alone."""
    CRASHES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, str(HERE / "run.py"), str(seconds), target, "--within", directory]
        try:
            ended = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=seconds + GRACE)
        except subprocess.TimeoutExpired:
            return Result(target, "?", "?", "did not end in time")
    said = (ended.stdout + ended.stderr).decode(errors="replace")
    runs = re.findall(r"number_of_executed_units:\s*(\d+)", said)
    coverage = re.findall(r"\bcov: (\d+)", said)
    if ended.returncode == 0 and runs:
        return Result(target, runs[-1], coverage[-1] if coverage else "?", "clean")
    say(said[-4000:])
    return Result(target, runs[-1] if runs else "?", coverage[-1] if coverage else "?", outcome(said, ended.returncode))


def outcome(said: str, code: int) -> str:
    kept = re.findall(r"Test unit written to (\S+)", said)
    return f"crashed: {Path(kept[-1]).relative_to(ROOT)}" if kept else f"failed with {code}"


def print_table(results: list[Result]) -> None:
    rows = [Result("target", "runs", "coverage", "outcome"), *results]
    for row in rows:
        say(f"{row.target:16}{row.runs:>12}{row.coverage:>10}  {row.outcome}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fuzz(name: str, seconds: int, directory: Path) -> NoReturn:
    """libFuzzer ends the process."""
    import atheris  # only here: the table and the tests do without

    with atheris.instrument_imports(include=["gatepost"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    write_corpus(directory, seeds(target), pieces(target))
    flags = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={HANGS_AFTER}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={CRASHES / name}-",
        f"-dict={directory / 'pieces.dict'}",
        "-print_final_stats=1",
    ]
    atheris.Setup([name, *flags, str(directory / "seeds")], target.TestOneInput)
    atheris.Fuzz()
    raise SystemExit("libFuzzer came back")


def write_corpus(directory: Path, first: tuple[bytes, ...], words: tuple[bytes, ...]) -> None:
    (directory / "seeds").mkdir()
    for number, seed in enumerate(first):
        (directory / "seeds" / str(number)).write_bytes(seed)
    lines = ["".join(f"\\x{octet:02x}" for octet in piece) for piece in words if piece]
    (directory / "pieces.dict").write_text("".join(f'"{line}"\n' for line in lines))


if __name__ == "__main__":
    sys.exit(main())
