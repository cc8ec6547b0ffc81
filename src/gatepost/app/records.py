"""Where the traces of this configuration are read again."""

from pathlib import Path

from gatepost.adapters.journal.records import JournalRecords
from gatepost.config.settings import Settings


def journal_path(data_dir: Path) -> Path:
    return data_dir / "journal.db"


def open_records(settings: Settings) -> JournalRecords:
    """Reads only; nothing is made if there is no journal yet."""
    return JournalRecords(journal_path(settings.gateway.data_dir))
