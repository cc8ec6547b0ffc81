"""Settings to what tells spam from ham."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatepost.adapters.correspondents import FileCorrespondents
from gatepost.adapters.spam_model.box import Box
from gatepost.adapters.spam_model.site_filter import SiteFilter
from gatepost.adapters.spam_model.teacher import Teacher, teaching
from gatepost.checks.spam import Config as SpamSettings
from gatepost.config.settings import Settings

EXPLAINED = 1.0  # log-odds from which it is worth two milliseconds to say why


def spam_settings(settings: Settings) -> SpamSettings:
    """Section `[checks.spam]`."""
    section = settings.checks.sections()["spam"]
    return section if isinstance(section, SpamSettings) else SpamSettings.model_validate({})


def learn_dir(settings: Settings) -> Path:
    """Where lies what the site has taught."""
    return settings.gateway.data_dir / "learn"


def spam_filter(settings: Settings) -> SiteFilter:
    """One per process; the model that comes with the program where nobody has taught anything."""
    section = spam_settings(settings)
    return SiteFilter(learn_dir(settings), enough=section.enough, explained=EXPLAINED, text=section.text)


def lesson_box(settings: Settings) -> Box:
    """Where workers put what is to be learned."""
    return Box(learn_dir(settings), text=spam_settings(settings).text)


@contextmanager
def teacher(settings: Settings, *, is_thorough: bool = False) -> Iterator[Teacher]:
    """See `adapters.spam_model.teacher.teaching`."""
    with teaching(learn_dir(settings), enough=spam_settings(settings).enough, is_thorough=is_thorough) as made:
        yield made


def correspondents(settings: Settings) -> FileCorrespondents:
    """To whom our users write."""
    return FileCorrespondents(settings.gateway.data_dir / "correspondents")
