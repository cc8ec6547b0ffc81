"""Aggregate reports for tests: one with everything in it, and random ones."""

from hypothesis import strategies as st

from gatepost.auth.dmarc.discovery import Discovery
from gatepost.auth.dmarc.record import Alignment, Policy
from gatepost.auth.dmarc.report import (
    Disposition,
    DkimEntry,
    Override,
    OverrideReason,
    Published,
    Report,
    Row,
    SpfEntry,
)

ROW = Row(
    source="192.0.2.123",
    count=123,
    disposition=Disposition.PASS,
    dkim_aligned=True,
    spf_aligned=False,
    overrides=(Override(OverrideReason.TRUSTED_FORWARDER, "known"), Override(OverrideReason.POLICY_TEST_MODE)),
    header_from="example.com",
    envelope_from="",
    envelope_to="example.net",
    dkim=(DkimEntry("example.com", "abc123", "pass", "good"), DkimEntry("example.org", "x", "fail")),
    spf=(SpfEntry("example.com", "fail", note="no"),),
)
FULL = Report(
    organization="Sample & Reporter <Ltd>",
    contact="report-sender@example.com",
    more_contact="https://example.com/",
    identity="3v98abbp8ya9n3va8yr8oa3ya@example.com",
    begin=302832000,
    end=302918399,
    errors=("two records",),
    generator="Example DMARC Aggregate Reporter v1.2",
    published=Published(
        domain="example.com",
        p=Policy.QUARANTINE,
        sp=Policy.NONE,
        np=Policy.REJECT,
        adkim=Alignment.RELAXED,
        aspf=Alignment.STRICT,
        fo="1:d",
        testing=False,
        discovery=Discovery.TREE_WALK,
    ),
    rows=(ROW, Row(source="2001:db8::1", count=1, disposition=Disposition.REJECT, dkim_aligned=False,
                   spf_aligned=False, header_from="sub.example.com")),
)  # fmt: skip

# One line of printable text, as a reader gives it back.
TEXTS = st.text(st.sampled_from("ab<>&'\"é]-; "), max_size=12).map(lambda text: " ".join(text.split()))
ROWS = st.builds(
    Row,
    source=st.ip_addresses().map(str),
    count=st.integers(0, 2**40),
    disposition=st.sampled_from(Disposition),
    dkim_aligned=st.booleans(),
    spf_aligned=st.booleans(),
    overrides=st.lists(st.builds(Override, st.sampled_from(OverrideReason), TEXTS), max_size=2).map(tuple),
    header_from=TEXTS,
    envelope_from=st.none() | TEXTS,
    envelope_to=st.none() | TEXTS,
    dkim=st.lists(st.builds(DkimEntry, TEXTS, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    spf=st.lists(st.builds(SpfEntry, TEXTS, TEXTS, TEXTS, TEXTS), max_size=1).map(tuple),
)
REPORTS = st.builds(
    Report,
    organization=TEXTS,
    contact=TEXTS,
    more_contact=TEXTS,
    identity=TEXTS,
    begin=st.integers(0, 2**40),
    end=st.integers(0, 2**40),
    errors=st.just(()),
    generator=TEXTS,
    published=st.builds(
        Published,
        domain=st.just("example.com"),
        p=st.sampled_from(Policy),
        sp=st.none() | st.sampled_from(Policy),
        np=st.none() | st.sampled_from(Policy),
        adkim=st.none() | st.sampled_from(Alignment),
        aspf=st.none() | st.sampled_from(Alignment),
        fo=TEXTS,
        testing=st.none() | st.booleans(),
        discovery=st.none() | st.sampled_from(Discovery),
    ),
    rows=st.lists(ROWS, min_size=1, max_size=3).map(tuple),
)
