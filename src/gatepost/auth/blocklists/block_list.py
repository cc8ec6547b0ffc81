"""Is this address or domain on one list, and does the list's word count?"""

from collections.abc import Sequence
from ipaddress import IPv4Address

from msgspec import Struct

from gatepost.auth.blocklists.answers import AnswerPattern, answer_pattern, fault_in
from gatepost.auth.blocklists.health import SILENT, Health
from gatepost.auth.blocklists.listing import Hit, NoAnswer
from gatepost.auth.blocklists.names import (
    LISTED_IPV4,
    LISTED_IPV6,
    LISTED_NAME,
    UNLISTED_IPV4,
    UNLISTED_IPV6,
    UNLISTED_NAME,
    entry_name,
    shown_zone,
)
from gatepost.auth.blocklists.settings import Addresses, DnsblSettings, ListKind, ListSettings, What
from gatepost.auth.side_by_side import side_by_side
from gatepost.model.stage import IPAddress
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Answer, Dns
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.printable import printable

REASON_LIMIT = 150  # characters of a TXT record
HURRY = 2.0  # seconds for the answer, after which nobody waits for the reason too
ANSWERS_SHOWN = 4


class Code(Struct, frozen=True):
    """An answer that counts; `pattern` None is any."""

    pattern: AnswerPattern | None
    weight: float
    reason: str = ""
    exempt: bool = False

    def matches(self, answers: Sequence[IPv4Address]) -> bool:
        return self.pattern is None or any(self.pattern.matches(answer) for answer in answers)


class SelfTest(Struct, frozen=True):
    """What a list must have, and what none may have: as it is written, and as it is asked for."""

    listed: str
    unlisted: str

    @property
    def names(self) -> tuple[str, str]:
        return entry_name(self.listed), entry_name(self.unlisted)


def self_test_of(settings: ListSettings) -> SelfTest:
    if not settings.is_of_addresses:
        return SelfTest(settings.test_entry or LISTED_NAME, UNLISTED_NAME)
    if settings.addresses is Addresses.IPV6:
        return SelfTest(settings.test_entry or LISTED_IPV6, UNLISTED_IPV6)
    return SelfTest(settings.test_entry or LISTED_IPV4, UNLISTED_IPV4)


def failure_in(test: SelfTest, listed: Sequence[IPv4Address], unlisted: Sequence[IPv4Address], vouching: bool) -> str:
    """What is wrong with a list that answers its test so, in words that follow its name; "" if nothing."""
    if fault := fault_in((*listed, *unlisted), vouching=vouching):
        return fault
    if not listed:
        return f"does not have {test.listed}, its test entry: it is not what it was, or does not answer you"
    return f"has {test.unlisted}, which no list may have: it says yes to everything" if unlisted else ""


async def try_out(settings: ListSettings, dns: Dns) -> str:
    """What is wrong with a list now, in words that follow its name; "" if nothing. Raises `Unavailable`."""
    test = self_test_of(settings)
    listed, unlisted = [(await dns.a(f"{name}.{settings.zone}")).records for name in test.names]
    return failure_in(test, listed, unlisted, settings.kind is ListKind.ALLOW)


class BlockList:
    """One list, as one check of one worker knows it. Owned by that check."""

    def __init__(self, settings: ListSettings, section: DnsblSettings, dns: Dns, clock: Clock, alarms: Alarms) -> None:
        self.settings, self.dns, self.clock = settings, dns, clock
        self.name = settings.name or shown_zone(settings.zone)
        self.is_allowing = settings.kind is ListKind.ALLOW
        codes = [
            Code(
                answer_pattern(code.answer), settings.weight if code.weight is None else code.weight, code.reason,
                code.exempt,
            )
            for code in settings.codes
        ]  # fmt: skip
        self.codes = sorted(codes, key=lambda code: (code.exempt, code.weight), reverse=True) or [
            Code(None, settings.weight)
        ]
        self.test = self_test_of(settings)
        self.health = Health(
            self.name, alarms, test_interval=section.test_interval, retry_interval=section.retry_interval
        )

    def is_asked(self, what: What) -> bool:
        return what in self.settings.what

    def has_addresses_like(self, ip: IPAddress) -> bool:
        return self.settings.addresses in (Addresses.BOTH, Addresses(f"ipv{ip.version}"))

    async def ask(self, what: What, listed: str, names: Sequence[str]) -> Hit | NoAnswer | None:
        """None if it has none of the names, by which it is asked for `listed`."""
        begun = self.clock.monotonic()
        if self.health.rests(begun):
            return self.no_answer()
        test = self.test.names if self.health.must_be_tested(begun) else ()
        try:
            answers = await side_by_side([self.answer(name) for name in (*names, *test)])
        except BaseException:  # the check's time is up, or nobody waits any more
            self.health.silent(begun)
            raise
        said, tested = answers[: len(names)], answers[len(names) :]
        if tested:
            self.judge_test(tested, begun)
        trusted = self.judge(said, begun)
        if isinstance(trusted, NoAnswer):
            return trusted
        for name, records in zip(names, trusted, strict=True):
            if code := next((code for code in self.codes if records and code.matches(records)), None):
                return await self.hit(what, listed, name, records, code, begun)
        return None

    async def answer(self, name: str) -> Answer[IPv4Address] | None:
        """None for no answer."""
        try:
            return await self.dns.a(f"{name}.{self.settings.zone}")
        except Unavailable:
            return None

    def judge_test(self, tested: Sequence[Answer[IPv4Address] | None], now: float) -> None:
        listed, unlisted = tested
        if listed is None or unlisted is None:
            self.health.untested(now)
        elif failure := failure_in(self.test, listed.records, unlisted.records, self.is_allowing):
            self.health.failed(now, failure)
        else:
            self.health.passed(now)

    def judge(
        self, said: Sequence[Answer[IPv4Address] | None], now: float
    ) -> tuple[tuple[IPv4Address, ...], ...] | NoAnswer:
        """What was answered to each name, if all of it can be believed."""
        if self.health.rests(now):  # it has just failed its test
            return self.no_answer()
        answers = [answer.records for answer in said if answer is not None]
        if len(answers) < len(said) or not self.health.is_proven:
            self.health.silent(now)
            return NoAnswer(self.name, SILENT)
        self.health.answered()
        for records in answers:
            if fault := fault_in(records, vouching=self.is_allowing):
                self.health.failed(now, fault)
                return self.no_answer()
        return tuple(answers)

    def no_answer(self) -> NoAnswer:
        return NoAnswer(self.name, self.health.why, is_fault=self.health.why != SILENT)

    async def hit(
        self, what: What, listed: str, name: str, records: Sequence[IPv4Address], code: Code, begun: float
    ) -> Hit:
        return Hit(
            list=self.name, what=what, listed=listed, answers=", ".join(map(str, records[:ANSWERS_SHOWN])),
            points=-code.weight if self.is_allowing else code.weight,
            reason=code.reason or await self.reason(name, begun), is_allowing=self.is_allowing, exempt=code.exempt,
            text=self.settings.text,
        )  # fmt: skip

    async def reason(self, name: str, begun: float) -> str:
        """In the list's own words, where somebody will read them and it is quick."""
        is_told = "{reason}" in self.settings.text and not self.is_allowing
        if not is_told or self.clock.monotonic() - begun > HURRY:
            return ""
        try:
            found = await self.dns.txt(f"{name}.{self.settings.zone}")
        except Unavailable:
            return ""
        text = found.records[0].decode("ascii", "replace") if found.records else ""
        return printable(text, REASON_LIMIT)
