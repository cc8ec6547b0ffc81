"""What do scores mean at this site? A small JSON file, there once enough was taught."""

from pathlib import Path

import msgspec

from gatepost.disk.durable import replace
from gatepost.learn.calibration import LEVELS, Calibration
from gatepost.ports.unavailable import Unavailable

LIMIT = 64 * 1024  # octets


def read_calibration(path: Path) -> Calibration | None:
    """None if there is none. Raises `Unavailable`."""
    try:
        with path.open("rb") as file:
            octets = file.read(LIMIT)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    try:
        found = msgspec.json.decode(octets, type=Calibration)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"{path}: {error}") from error
    if len(found.cuts) != LEVELS or list(found.cuts) != sorted(found.cuts):
        raise Unavailable(f"{path}: its levels do not rise")
    return found


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Raises OSError."""
    replace(path, msgspec.json.encode(calibration))
