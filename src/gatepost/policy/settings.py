"""What can be set of the policy: `[policy]` and its rules, checked as far as one rule can be checked alone."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gatepost.model.phase import Phase
from gatepost.model.verdict import OF_MESSAGES, Action
from gatepost.policy.shipped_rules import SHIPPED_NAMES, UNAVAILABLE
from gatepost.syntax.units import Duration

RuleName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
TEXT_LIMIT = 400  # characters: with code, enhanced code and a reference one reply line (RFC 5321 §4.5.3.1.5)
CONDITION_LIMIT = 4000  # characters
DELAY_LIMIT = 600.0  # seconds; a client waits five minutes for a reply, ten at the end of data (RFC 5321 §4.5.3.2)

CODES = {Action.DEFER: "4", Action.REJECT: "5", Action.DROP: "45"}
"""First digits of the replies that an action may give; other actions accept, and their reply is not the rule's."""


class ReplySettings(BaseModel):
    """What a refused client is told; what is left out is as the action's own reply has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: int | None = Field(None, ge=400, le=599, description="Reply code: 4xx come back later, 5xx for good.")
    enhanced: str | None = Field(
        None, pattern=r"^[45]\.\d{1,3}\.\d{1,3}$", description="Enhanced status code (RFC 3463), of the code's class."
    )
    text: str | None = Field(
        None,
        min_length=1,
        max_length=TEXT_LIMIT,
        description="What the sender can act on: printable ASCII, one line; `{detail}` stands for what was seen.",
    )

    @field_validator("text")
    @classmethod
    def is_printable(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isprintable()):
            raise ValueError("takes printable ASCII on one line (RFC 5321 §4.2)")
        return value

    @model_validator(mode="after")
    def agrees(self) -> Self:
        if self.code and self.enhanced and str(self.code)[0] != self.enhanced[0]:
            raise ValueError(
                f"{self.code} and {self.enhanced} are of two classes: both begin with 4, or both with 5 (RFC 3463 §2)"
            )
        return self


class RuleSettings(BaseModel):
    """One `[[policy.rules]]`: if `when` holds at `phase`, then `action`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RuleName = Field(description="Shown in logs, traces and explanations: small letters, digits, hyphens.")
    phase: Literal["connect", "helo", "mail", "rcpt", "data", "message"] = Field(
        description="When the rule is asked; it sees what is known then."
    )
    when: str = Field(
        min_length=1, max_length=CONDITION_LIMIT, description="Condition in CEL over facts and finding codes."
    )
    action: Action = Field(
        description="accept, ignore (take findings out and go on deciding), tag, strip (the attachments that `when` "
        "names), quarantine, discard (say 250 and throw it away), defer (4xx), reject (5xx), drop (reply, then close)."
    )
    ignore: tuple[str, ...] = Field(
        (), description="With action ignore: codes of the findings to take out; `<check>.*` for all of one check."
    )
    reply: ReplySettings | None = Field(None, description="With defer, reject and drop: what the client is told.")
    delay: Duration | None = Field(
        None, ge=0, le=DELAY_LIMIT, description="Seconds to wait before the reply; left out: the tar pit decides."
    )
    shadow: bool = Field(False, description="Record what the rule would have decided, but do not enforce it.")

    @property
    def at(self) -> Phase:
        return Phase[self.phase.upper()]

    @model_validator(mode="after")
    def fits_its_action(self) -> Self:
        if self.action is Action.IGNORE and not self.ignore:
            raise ValueError('action "ignore" needs ignore = [...], the codes of the findings to take out')
        if self.ignore and self.action is not Action.IGNORE:
            raise ValueError(f'ignore = [...] goes with action = "ignore", not with "{self.action.value}"')
        if self.action in OF_MESSAGES and self.at is not Phase.MESSAGE:
            raise ValueError(
                f'action "{self.action.value}" needs the message: set phase = "message" '
                f"(what is known at {self.phase} is known there too)"
            )
        return self

    @model_validator(mode="after")
    def replies_as_its_action_does(self) -> Self:
        if self.reply is None:
            return self
        if self.action not in CODES:
            raise ValueError(f'a reply goes with defer, reject and drop; "{self.action.value}" gives none of its own')
        digits = CODES[self.action]
        for given in (str(self.reply.code or ""), self.reply.enhanced or ""):
            if given and given[0] not in digits:
                raise ValueError(
                    f'"{given}" does not suit action "{self.action.value}": it takes {"xx or ".join(digits)}xx'
                )
        return self


class PolicySettings(BaseModel):
    """Section `[policy]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[RuleSettings, ...] = Field(
        (), description="Rules of your own, asked in this order before the shipped ones."
    )
    shadow: tuple[RuleName, ...] = Field(
        (), description="Names of shipped rules that are only recorded; relay control cannot be among them."
    )
    disabled: tuple[RuleName, ...] = Field(
        (), description="Names of shipped rules that are left out; relay control and limits cannot be among them."
    )
    tag_score: float = Field(5.0, ge=0, description="Points from which a message is marked; 0 = never.")
    quarantine_score: float = Field(0.0, ge=0, description="Points from which a message is held; 0 = never.")
    reject_score: float = Field(0.0, ge=0, description="Points from which a message is refused; 0 = never.")
    spf_fail: Literal["score", "reject"] = Field(
        "score",
        description='What an SPF "fail" alone comes to: score (points; DMARC decides), or reject at MAIL, which hits '
        "forwarded mail too.",
    )
    unknown_sender: Literal["score", "reject"] = Field(
        "score",
        description="What a sender domain that does not exist, or has no MX and no address, comes to: score (points), "
        "or reject at MAIL.",
    )
    impersonation: Literal["score", "quarantine"] = Field(
        "score",
        description="What protected names beside strange addresses, and look-alikes of protected domains, come to: "
        "score (points), or quarantine at once.",
    )
    ambiguous_mime: Literal["score", "reject"] = Field(
        "score",
        description="What a message that can be read in more than one way comes to where all readings open the same: "
        "score (points), or reject. Readings that open different things are always refused.",
    )
    harvest_delay: Duration = Field(
        60.0, ge=0, le=DELAY_LIMIT, description="Seconds that a client which guesses names waits for each reply."
    )

    @model_validator(mode="after")
    def names_are_unique(self) -> Self:
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'two rules are named "{name}"')
            if name in SHIPPED_NAMES or name.endswith(UNAVAILABLE):
                raise ValueError(f'"{name}" is the name of a shipped rule: choose another')
        return self

    @model_validator(mode="after")
    def scores_rise(self) -> Self:
        given = [s for s in (self.tag_score, self.quarantine_score, self.reject_score) if s]
        if given != sorted(given):
            raise ValueError("tag_score, quarantine_score and reject_score must rise: the harsher, the more points")
        return self
