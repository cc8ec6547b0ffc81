"""Where the traces of this configuration are read again."""

from gatepost.adapters.journal.records import JournalRecords
from gatepost.app.services import journal_path
from gatepost.config.settings import Settings


def open_records(settings: Settings) -> JournalRecords:
    """Reads only; nothing is made if there is no journal yet."""
    return JournalRecords(journal_path(settings.gateway.data_dir))
