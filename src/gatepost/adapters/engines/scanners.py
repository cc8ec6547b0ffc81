"""Settings of one engine to the engine."""

from pathlib import Path

from gatepost.adapters.engines.clamd.scanner import ClamdScanner
from gatepost.adapters.engines.command import CommandScanner
from gatepost.adapters.engines.icap.scanner import IcapScanner
from gatepost.adapters.engines.settings import ClamdSettings, CommandSettings, EngineSettings, IcapSettings
from gatepost.ports.clock import Clock
from gatepost.ports.scanner import Scanner


def scanner_of(name: str, settings: EngineSettings, clock: Clock, directory: Path) -> Scanner:
    """Nothing is asked yet.

    Args:
        name: of its section.
        directory: where files are made for it.
    """
    match settings:
        case ClamdSettings():
            return ClamdScanner(name, settings, clock)
        case IcapSettings():
            return IcapScanner(name, settings, clock)
        case CommandSettings():
            return CommandScanner(name, settings, directory)
    raise TypeError(f"no engine: {type(settings).__name__}")
