"""How a lint says what it found: the problem with its place in the file, and where an unwritten value came from."""

from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity, place, section_name, shown, value_at
from gatepost.config.source import Path

PROFILE: Path = ("profile",)


def finding(
    loaded: Loaded,
    rule: str,
    path: Path,
    message: str,
    fix: str,
    severity: Severity = Severity.WARNING,
) -> Problem:
    """A problem at `path`; a section's own path ends with "" ."""
    is_section = path[-1] == ""
    written = value_at(loaded.raw, path)
    effective = value_at(loaded.merged, path) if written is None else written
    section, key = (section_name(path[:-1]), "") if is_section else place(path, loaded.merged)
    is_of_profile = written is None and effective is not None
    return Problem(
        severity=severity,
        rule=rule,
        file=loaded.source.file,
        line=loaded.source.line(path[:-1] if is_section else path) or (loaded.source.line(PROFILE) * is_of_profile),
        section=section,
        key=key,
        value="" if is_section or effective is None else shown(path, effective),
        message=message + ("" if is_section else origin(loaded, written, effective)),
        fix=fix,
    )


def origin(loaded: Loaded, written: object, effective: object) -> str:
    if written is not None:
        return ""
    return f' (set by the profile "{loaded.settings.profile}")' if effective is not None else " (the default)"
