"""What is there before a process is confined, so that it needs no file afterwards?"""

import io
import os

import msgspec
import pytest
from PIL import Image

from gatepost.adapters.inspection.process import load_late
from gatepost.adapters.inspection.sandbox import landlock
from gatepost.adapters.inspection.sandbox.confine import Confinement, confine
from gatepost.model.inspection import Inspection
from tests.adapters.inspection.mails import EICAR, mail, walked, zipped

MEMORY = 512 * 1024 * 1024


def picture():
    made = io.BytesIO()
    Image.new("RGB", (40, 40)).save(made, "PNG")
    return made.getvalue()


def mails():
    page = b"Content-Type: text/html; charset=shift_jis\r\n\r\n<p>see <a href='https://www.a.example.co.uk/'>b.test</a>\r\n"
    yield mail(page, ("x.png", picture()), text=b"see https://www.sender.co.uk/ and r\xe4tsel.test")
    yield mail(("x.zip", zipped(x_com=EICAR)), ("x.aiff", b"FORM\0\0\0\x64AIFFCOMM" + bytes(90)))
    yield b"Content-Type: text/plain; charset=koi8-r\r\n\r\n\xd0\xd2\xc9\xd7\xc5\xd4 http://xn--e1afmkfd.test/\r\n"
    yield mail(("x.docx", zipped(word_document_xml=b"<w:document/>")), ("x.pdf", b"%PDF-1.4\n%%EOF"))


def without_landlock(*_):
    raise OSError(95, "not supported")


def test_where_landlock_is_missing_no_file_is_needed(monkeypatch):
    """The kernel's filter then lets nothing be opened; what a library would read late would be missing in silence."""
    load_late()
    letters = list(mails())
    monkeypatch.setattr(landlock, "restrict", without_landlock)
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            held = confine(MEMORY, Confinement())
            seen = [walked(octets) for octets in letters] if "system-calls" in held.on else []
            os.write(theirs, msgspec.msgpack.encode(seen))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        seen = msgspec.msgpack.decode(told.read(), type=list[Inspection])
    os.waitpid(pid, 0)
    if not seen:
        pytest.skip("this kernel has no seccomp")
    here = [walked(octets) for octets in letters]
    assert [(each.items, each.texts, each.links) for each in seen] == [
        (each.items, each.texts, each.links) for each in here
    ]
