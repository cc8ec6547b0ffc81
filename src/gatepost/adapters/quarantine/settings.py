"""What can be set of the quarantine: `[quarantine]`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gatepost.syntax.units import Duration, Size


class QuarantineSettings(BaseModel):
    """Section `[quarantine]`: messages that a rule holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    retention: Duration = Field(
        30 * 86_400.0, ge=3600, description="Time that a message is held; then it expires and is gone."
    )
    size: Size = Field(
        10 * 1024**3, ge=1024**2, description="Room for all that is held; see `when_full` for what happens beyond it."
    )
    when_full: Literal["defer", "expire-oldest"] = Field(
        "defer",
        description="Beyond `size`: defer answers 451 to what would be held, expire-oldest gives up the oldest before "
        "its time.",
    )
    key_file: Path | None = Field(
        None,
        description="File with a key of 32 octets, in hex or base64: what is held is encrypted with it (AES-256-GCM). "
        "Without the key nobody can read it again.",
    )
