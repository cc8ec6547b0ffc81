"""Settings to what tells spam from ham."""

from pathlib import Path

from gatepost.adapters.correspondents import FileCorrespondents
from gatepost.adapters.spam_model.site_filter import SiteFilter
from gatepost.config.settings import Settings

EXPLAINED = 1.0  # log-odds from which it is worth two milliseconds to say why


def learn_dir(settings: Settings) -> Path:
    """Where lies what the site has taught."""
    return settings.gateway.data_dir / "learn"


def correspondents(settings: Settings) -> FileCorrespondents:
    """To whom our users write."""
    return FileCorrespondents(settings.gateway.data_dir / "correspondents")


def spam_filter(directory: Path) -> SiteFilter:
    """One per process; the model that comes with the program where nobody has taught anything."""
    return SiteFilter(directory, explained=EXPLAINED)
