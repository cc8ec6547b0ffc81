"""What can be set of the records that are kept: `[journal]`, `[log]` and `[log.w3c]`.

The journal is what `track`, `explain` and `top` read. The log is one JSON line per transaction. The W3C
extended log file has the field set of the IIS 6 SMTP service, which existing log analysers read.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gatepost.syntax.units import Duration, Size

W3C_FIELDS = (
    "date time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status "
    "sc-win32-status sc-bytes cs-bytes time-taken cs-version cs-host cs(User-Agent) cs(Cookie) cs(Referer)"
).split()
"""All fields of IIS 6, in its order; a field that SMTP has nothing for is written as `-`."""

W3C_DEFAULT = ("date", "time", "c-ip", "cs-username", "s-sitename", "s-ip", "s-port", "cs-method", "cs-uri-stem",
               "cs-uri-query", "sc-status", "sc-bytes", "cs-bytes", "time-taken")  # fmt: skip
DAY = 86_400.0


class Section(BaseModel):
    """A part of the configuration: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rotation(Section):
    """When a log file is closed and the next one begun."""

    rotate: Literal["hourly", "daily", "weekly", "never"] = Field(
        default="daily", description='When a new file is begun, in UTC; "never" leaves it to logrotate and SIGUSR1.'
    )
    rotate_size: Size | None = Field(
        default=None, ge=64 * 1024, description="A new file is also begun above this size."
    )
    keep: int = Field(default=30, ge=1, le=10_000, description="Closed files that are kept; older ones are deleted.")


class W3cSettings(Rotation):
    """Section `[log.w3c]`: a W3C extended log file beside the log, one record per command."""

    path: Path = Field(
        description="The file, in a directory that the gateway may write.", examples=["/var/log/gatepost/w3c.log"]
    )
    fields: tuple[str, ...] = Field(
        default=W3C_DEFAULT,
        min_length=1,
        description=f"Fields of a record, in this order. Known: {', '.join(W3C_FIELDS)}.",
    )

    @field_validator("fields")
    @classmethod
    def known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in W3C_FIELDS:
                raise ValueError(f'"{name}" is no field of a W3C log: write fields of {", ".join(W3C_FIELDS)}')
        if len(set(value)) < len(value):
            raise ValueError("a field is there twice: write each once")
        return value


class LogSettings(Rotation):
    """Section `[log]`: one JSON line per transaction, and what the gateway's operator must know."""

    to: Literal["stderr", "journald", "file"] = Field(
        default="stderr", description='Where the lines go; "journald" is standard error as well, which systemd reads.'
    )
    path: Path | None = Field(
        default=None, description='The file, where to = "file".', examples=["/var/log/gatepost/gatepost.log"]
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is written; transactions are info."
    )
    w3c: W3cSettings | None = Field(default=None, description="A W3C extended log file beside it.")

    @model_validator(mode="after")
    def has_a_path(self) -> "LogSettings":
        if self.to == "file" and self.path is None:
            raise ValueError('to = "file" needs a path: write path = "/var/log/gatepost/gatepost.log"')
        return self


class JournalSettings(Section):
    """Section `[journal]`: the record of every transaction, for `track` and `explain`."""

    retention: Duration = Field(default=30 * DAY, ge=3600, description="Age at which a record is deleted.")
    size: Size = Field(
        default=2 * 1024**3,
        ge=16 * 1024**2,
        description="Size of the journal on disk; above it the oldest records go first.",
    )
    patience: Duration = Field(
        default=2.0, ge=0, le=60, description="How long a session waits for room before its record is counted as lost."
    )
    sync: Literal["normal", "full"] = Field(
        default="normal",
        description="full: on the disk with every batch. normal: a power failure may cost the last seconds of records.",
    )
