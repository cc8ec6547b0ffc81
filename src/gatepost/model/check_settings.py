"""What can be set of every check: the keys that each section `[checks.<name>]` has beside its own."""

from pydantic import BaseModel, ConfigDict, Field

from gatepost.model.check import FailMode


class CheckSettings(BaseModel):
    """Base of every check's `Config`: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Whether the check runs at all.")
    shadow: bool = Field(
        False, description="Record what the rules on this check's findings would have decided, but do not enforce it."
    )
    if_unavailable: FailMode | None = Field(
        None,
        description="When the check gives no answer: open (carry on), tempfail (4xx, the client comes back) or "
        "closed (5xx). Left out: as the check itself declares.",
    )


class AccessSettings(CheckSettings):
    """What every access list takes; the entries are described by the check that reads them."""

    allow: tuple[str, ...] = Field((), description="Entries that are allowed; they win over denied ones.")
    allow_file: str | None = Field(
        None, description="File with further allowed entries, one a line, `#` for comments; read again when it changes."
    )
    deny: tuple[str, ...] = Field((), description="Entries that are denied.")
    deny_file: str | None = Field(
        None, description="File with further denied entries, one a line, `#` for comments; read again when it changes."
    )

    @property
    def is_empty(self) -> bool:
        """Names no entry and no file."""
        return not (self.allow or self.allow_file or self.deny or self.deny_file)
