"""DMARC policy records."""

from gatepost.auth.dmarc.record import ADDRESSES_LIMIT, read_record
from gatepost.syntax.address import address

SEEDS = (
    b"v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; t=y; psd=n; fo=1:d:s",
    b"v=DMARC1;rua=mailto:a%2Bb@c.example!10m, mailto:d@e.example;ruf=mailto:f@g.example?subject=h",
    b"V = DMARC1 ; P = Quarantine ;\tunknown = x ; p=none; psd=y; np=bogus; rua=https://a.example/",
)
PIECES = (
    b"v=DMARC1;", b";", b"p=", b"sp=", b"np=", b"none", b"reject", b"rua=mailto:", b"ruf=", b"a@b.example", b"!1k",
    b",", b"%40", b"?", b"fo=", b"0:1", b"psd=y", b"t=y", b"\x00", b"\xff", b" ", b"\t",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    record = read_record(data)
    if record is None:
        return
    assert data.lstrip(b" \t")[:1] in (b"v", b"V") and b"DMARC1" in data
    assert len(record.rua) <= ADDRESSES_LIMIT and len(record.ruf) <= ADDRESSES_LIMIT
    assert record.p is not None or not (record.rua or record.sp or record.np)
    assert record.fo and len(set(record.fo)) == len(record.fo)
    for each in (*record.rua, *record.ruf):
        assert address(str(each.address)) == each.address
