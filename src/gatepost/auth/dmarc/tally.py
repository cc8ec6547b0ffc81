"""What did a day's mail look like to each domain that has a policy (RFC 9990 §3.1)?

Messages are counted, never kept. A policy that changed in the course of the day makes two reports (§3.1). Who reports
about whom is a stranger's doing, so there is a limit to everything; what is over it is counted as left out.
"""

from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import Alignment, Policy
from gatepost.auth.dmarc.report import (
    Disposition,
    DkimEntry,
    Override,
    OverrideReason,
    Published,
    Row,
    SpfEntry,
)
from gatepost.model.authentication import Authentication, DkimFound, DmarcFound
from gatepost.model.trace import End, Trace
from gatepost.model.verdict import Action

POLICIES_LIMIT = 10_000  # ours; a site with 100,000 messages a day sees some 2,000
ROWS_LIMIT = 50_000  # ours, of all reports together: some 50 MiB
ROWS_OF_ONE_LIMIT = 5_000  # ours, of one report: some 100 KiB as sent
DMARC = "dmarc."  # what its findings begin with
SEVERITY = (Disposition.NONE, Disposition.QUARANTINE, Disposition.REJECT)
# Messages that are over: one that was deferred comes again, and one that was abandoned never was one.
DONE = {
    End.DELIVERED: Disposition.NONE,
    End.QUARANTINED: Disposition.QUARANTINE,
    End.DISCARDED: Disposition.REJECT,
    End.REFUSED: Disposition.REJECT,
    End.DROPPED: Disposition.REJECT,
}


class Seen(Struct, frozen=True, kw_only=True):
    """One policy, and the messages to which it applied.

    Args:
        rows: those of most messages first.
        left_out: messages for which there was no room.
    """

    published: Published
    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def messages(self) -> int:
        """All of them."""
        return self.left_out + sum([row.count for row in self.rows])


class Tally:
    """Counts traces. Owned by who makes a day's reports.

    Args:
        begin, end: of the day, Unix time in seconds; a message belongs to the day in which it ended.
        excluded: policy domains that get no report.
    """

    def __init__(self, begin: float, end: float, *, excluded: Collection[str] = ()) -> None:
        self.begin, self.end = begin, end
        self.excluded = frozenset(excluded)
        self.counts: dict[Published, dict[Row, int]] = {}
        self.left_out: dict[Published, int] = {}
        self.rows = 0
        self.unheard = 0  # messages of policies for which there was no room at all

    def add(self, trace: Trace) -> None:
        """Count it, if it is a message of this day and some policy applied to it."""
        done = done_with(trace)
        ended = trace.began + trace.elapsed
        if done is None or trace.authentication is None or not self.begin <= ended < self.end:
            return
        for found in trace.authentication.dmarc:
            policy = published(found)
            if policy is not None and policy.domain not in self.excluded:
                self.count(policy, row(trace, trace.authentication, found, done))

    def count(self, policy: Published, like: Row) -> None:
        rows = self.counts.get(policy)
        if rows is None:
            if len(self.counts) >= POLICIES_LIMIT or self.rows >= ROWS_LIMIT:
                self.unheard += 1
                return
            rows = self.counts[policy] = {}
        if like in rows:
            rows[like] += 1
        elif len(rows) >= ROWS_OF_ONE_LIMIT or self.rows >= ROWS_LIMIT:
            self.left_out[policy] = self.left_out.get(policy, 0) + 1
        else:
            rows[like] = 1
            self.rows += 1

    def seen(self) -> Iterator[Seen]:
        """By domain."""
        for policy in sorted(self.counts, key=lambda each: (each.domain, str(each))):
            rows = sorted(self.counts[policy].items(), key=lambda item: -item[1])
            counted = tuple([replace(like, count=count) for like, count in rows])
            yield Seen(published=policy, rows=counted, left_out=self.left_out.get(policy, 0))


def done_with(trace: Trace) -> Disposition | None:
    """What became of it; None if it is not over. One that was tagged because of DMARC is delivered as suspect."""
    done = DONE.get(trace.end)
    if done is Disposition.NONE and trace.action == Action.TAG.value:
        return Disposition.QUARANTINE if any([code.startswith(DMARC) for code in trace.because]) else done
    return done


def published(found: DmarcFound) -> Published | None:
    """The policy that was applied; None if none was. What the record left out has its default (RFC 9990 §3.1.3)."""
    p = POLICIES.get(found.p)
    if p is None or not found.record_domain or found.result not in ("pass", "fail"):
        return None
    return Published(
        domain=found.record_domain,
        p=p,
        sp=POLICIES.get(found.sp),
        np=POLICIES.get(found.np),
        adkim=ALIGNMENTS.get(found.adkim, Alignment.RELAXED),
        aspf=ALIGNMENTS.get(found.aspf, Alignment.RELAXED),
        fo=found.fo or "0",
        testing=found.testing,
        discovery=DISCOVERIES.get(found.discovery),
    )


POLICIES = {policy.value: policy for policy in Policy}
ALIGNMENTS = {alignment.value: alignment for alignment in Alignment}
DISCOVERIES = {discovery.value: discovery for discovery in Discovery}


def row(trace: Trace, known: Authentication, found: DmarcFound, done: Disposition) -> Row:
    """The row that such messages share; its count is still 0. Of addresses only domains are told."""
    outcome = disposition(found, done)
    return Row(
        source=trace.client_ip,
        count=0,
        disposition=outcome,
        dkim_aligned=found.dkim_aligned,
        spf_aligned=found.spf_aligned,
        overrides=overrides(found, outcome),
        header_from=found.author,
        envelope_from=None if trace.sender is None else trace.sender.rpartition("@")[2].lower(),
        dkim=signatures(known.dkim, found),
        # The identity is that of MAIL FROM for the null sender too (RFC 7208 §2.4), and no other scope exists.
        spf=(SpfEntry(known.spf.domain, known.spf.result),) if known.spf is not None else (),
    )


def disposition(found: DmarcFound, done: Disposition) -> Disposition:
    """What was done to it because of DMARC: never more than was asked for, whatever else spoke against it."""
    if found.result == "pass":
        return Disposition.PASS
    asked = Disposition(found.asked) if found.asked in POLICIES else Disposition.NONE
    if found.overrides and done is Disposition.REJECT:
        return Disposition.NONE  # DMARC was overruled, and something else refused it
    return min(asked, done, key=SEVERITY.index)


def overrides(found: DmarcFound, outcome: Disposition) -> tuple[Override, ...]:
    """Why less was done than is published: one reason at least where that is so (RFC 9990 §3.1.6)."""
    given = [override(text) for text in found.overrides]
    if found.result == "pass":
        return tuple(given)
    if found.testing and not {found.p, found.sp, found.np} <= {"", "none"}:
        given.append(Override(OverrideReason.POLICY_TEST_MODE))
    if not found.overrides and outcome.value != found.asked:
        given.append(Override(OverrideReason.LOCAL_POLICY))
    return tuple(dict.fromkeys(given))


def override(text: str) -> Override:
    """From `type` or `type: comment`."""
    kind, _, comment = text.partition(":")
    reason = REASONS.get(kind.strip())
    return Override(OverrideReason.OTHER, text) if reason is None else Override(reason, comment.strip())


REASONS = {reason.value: reason for reason in OverrideReason}


def signatures(found: tuple[DkimFound, ...], about: DmarcFound) -> tuple[DkimEntry, ...]:
    """Those that say most about the domain first (RFC 9990 §3.1.4)."""

    def rank(signature: DkimFound) -> int:
        if signature.result != "pass":
            return 3
        if signature.domain == about.author:
            return 0
        return 1 if f".{signature.domain}".endswith(f".{about.record_domain}") else 2

    ordered = sorted(found, key=rank) if len(found) > 1 else found
    return tuple([DkimEntry(each.domain, each.selector, each.result, each.note) for each in ordered])
