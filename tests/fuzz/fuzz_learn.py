"""Header, texts and links of a mail as the filter sees them; and models from a file.

The first octet says what it is: `M` a model; else it is a mail: header, an empty line, then texts and URLs that are
parted by NUL.
"""

from contextlib import suppress

from gatepost.learn.classifier import Classifier, blank_model, blank_site
from gatepost.learn.explanation import SHOWN, naming, reasons
from gatepost.learn.features import GROUPS, features, sight
from gatepost.learn.hashing import PRIME
from gatepost.learn.model_file import MAGIC, BadModel
from gatepost.learn.model_file import read as read_model
from gatepost.learn.near_duplicates import TEXT_LIMIT, bands, readable
from gatepost.model.inspection import Inspection, Link, Text
from gatepost.syntax.header import read_header

KINDS = ("plain", "html", "hidden")
SITE = blank_site()
FILTER = Classifier(blank_model(), SITE)

SEEDS = (
    b"From: Ann <ann@example.com>\r\nReply-To: x@y.example\r\nMessage-ID: <a1.b@example.com>\r\nSubject: Re: hi\r\n\r\n"
    b"some words\0other words\0hidden words\0http://a.example/b?c=1",
    "Subject: =?utf-8?b?0LA=?= p\u0430y\r\nX-Mailer: Mutt/1\r\nX-Priority: 1\r\n\r\n\u4e2d\u6587 \u0430a\0".encode(),
    b'From: a@b, "c@d" <e@[192.0.2.1]>\r\nContent-Type: text/plain; charset="x"\r\n\r\n>q\n>r\0{};\0$9 !!\0//h/p',
    b"From: a@b\r\n\r\n" + b"every word here counts, however often\r\n> it is said\r\n" * 9 + b"http://a.b/c x@y 12.50",
    b"M" + MAGIC + b"\0\1",
)
PIECES = (
    b"\r\n",
    b"\0",
    b"=?utf-8?q?",
    b"?=",
    b"<",
    b">",
    b"@",
    b"\xff",
    "\u0430".encode(),
    "\u200b".encode(),
    b"a b ",
)


def TestOneInput(data: bytes) -> None:
    if data[:1] == b"M":
        with suppress(BadModel):
            read_model(data[1:])
        return
    header, size, _ = read_header(data)
    said = [one.decode("utf-8", "replace") for one in data[size:].split(b"\0")]
    texts = tuple(Text(path="1", kind=kind, text=one) for kind, one in zip(KINDS, said, strict=False))
    links = tuple(Link(url=one, host=one.partition("//")[2].partition("/")[0]) for one in said[3:])
    inspection = Inspection(texts=texts, links=links)
    judge(sight(header, inspection))
    compare(inspection)


def judge(seen) -> None:
    found = features(seen)
    assert len(found) == len(GROUPS)
    assert all(0 <= place < PRIME for places in found for place in places)
    lesson = FILTER.learn_one(found, is_spam=True)
    assert 0.5 < FILTER.predict_proba_one(found) <= 1.0
    told = reasons(FILTER, seen, found)
    assert all(one.what.isprintable() and len(one.what) <= SHOWN for one in told)
    wanted = {(group, place) for group, places in zip(GROUPS[1:], found[1:], strict=True) for place in places}
    assert naming(seen, wanted).keys() == wanted
    FILTER.unlearn(lesson)
    assert not any(SITE[place] for places in found for place in places)


def compare(seen) -> None:
    found = bands(seen)
    assert len(found) <= 4 and all(len(band) == 32 for band in found)
    assert bands(Inspection(texts=seen.texts[::-1])) == found
    assert all(len(readable(text.text, TEXT_LIMIT)) <= TEXT_LIMIT for text in seen.texts)
