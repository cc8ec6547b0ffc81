"""PDF: what it does when it is opened, however that is hidden, and what is in it."""

import io
import re
import time
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.budget import OverBudget
from gatepost.adapters.inspection.documents.pdf_forms import is_harmless
from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.opening import budget, opened
from tests.adapters.inspection.documents.samples import PROGRAM, pdf, stream, zipped
from tests.adapters.inspection.mails import mail, walked

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
OPENS = b"/OpenAction 4 0 R "


def in_object_stream(content):
    """Object 4 lies in a stream; no table says so, a reader that mends the file finds it."""
    packed = zlib.compress(b"9 0 " + content)
    return pdf(stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", packed), catalog=b"/OpenAction 9 0 R ")


def locked(octets, owner, user):
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(octets)) as document:
        document.save(made, encryption=pikepdf.Encryption(owner=owner, user=user))
    return made.getvalue()


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (pdf(SCRIPT, catalog=OPENS), traits.JAVASCRIPT),
        (pdf(b"<< /S /J#61va#53cript /J#53 (x) >>", catalog=OPENS), traits.JAVASCRIPT),
        (pdf(catalog=b"/OpenAction << /S /JavaScript /JS (x) >> "), traits.JAVASCRIPT),
        (in_object_stream(SCRIPT), traits.JAVASCRIPT),
        (b"junk\r\n" * 99 + pdf(SCRIPT, catalog=OPENS), traits.JAVASCRIPT),
        (pdf(SCRIPT, header=b"%PDF-\n", catalog=OPENS), traits.JAVASCRIPT),
        (pdf(SCRIPT, catalog=OPENS)[:-60], traits.JAVASCRIPT),
        (pdf(SCRIPT, catalog=OPENS) + zipped({"a": b"b"}), traits.JAVASCRIPT),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>", catalog=OPENS), traits.LAUNCH),
        (pdf(b"<< /S /L#61unch /Win << /F (cmd.exe) /P (/c calc) >> >>", catalog=OPENS), traits.LAUNCH),
        (pdf(catalog=b"/OpenAction << /S /URI /URI (http://evil.example/) >> "), traits.LAUNCH),
        (pdf(stream(b"/Type /EmbeddedFile", PROGRAM), b"<< /Type /Filespec /EF << /F 4 0 R >> >>"), traits.ATTACHED),
        (pdf(b"<< /Type /Annot /Subtype /RichMedia >>"), traits.LAUNCH),
        (
            pdf(
                stream(b"", b"<xdp><script contentType='application/x-javascript'>x</script></xdp>"),
                catalog=b"/AcroForm << /XFA 4 0 R >> ",
            ),
            traits.JAVASCRIPT,
        ),
    ],
)
def test_attach_14_what_a_pdf_does_is_found_however_it_is_hidden(octets, word):
    assert word in opened(octets, "a.pdf").traits


def with_file(name, content):
    """A PDF with a file in it, as an electronic invoice has its data."""
    made, room = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)
    made.save(room)
    return room.getvalue()


def classes_of(octets):
    seen = walked(mail(("invoice.pdf", octets)))
    assert not seen.unscannable
    return {item.path: set(item.classes) for item in seen.items}


def test_attach_14_a_file_in_a_pdf_counts_for_what_it_is():
    invoice = classes_of(with_file("factur-x.xml", b"<?xml version='1.0'?><rsm:CrossIndustryInvoice/>"))
    assert "2!factur-x.xml" in invoice and FileClass.PDF_ACTIVE not in invoice["2"]
    assert FileClass.EXECUTABLE in classes_of(with_file("order.exe", PROGRAM))["2!order.exe"]
    assert FileClass.SCRIPT in classes_of(with_file("order.js", b"new ActiveXObject('x')"))["2!order.js"]


def test_attach_14_a_file_in_a_pdf_that_cannot_be_taken_out_is_said():
    assert traits.UNREADABLE in opened(pdf(b"<< /Type /EmbeddedFile /Length 9 >>"), "a.pdf").traits


@pytest.mark.parametrize(
    "source",
    [
        b'AFDate_FormatEx("mm/dd/yyyy");',
        b'AFSimple_Calculate("SUM", new Array("NUM10", "NUM20"));\r',
        b"AFNumber_Keystroke(2, 0, 0, 0, '', true);AFRange_Validate(true, 0, true, 99.5);",
    ],
)
def test_a_script_that_formats_a_field_is_nothing_odd(source):
    script = b"<< /S /JavaScript /JS (%b) >>" % re.sub(rb"([()\\\\])", rb"\\\1", source)
    found = opened(pdf(script, catalog=OPENS), "a.pdf")
    assert found.traits == {traits.FORM_SCRIPT}
    assert traits.JAVASCRIPT in opened(pdf(script, SCRIPT, catalog=OPENS), "a.pdf").traits
    assert traits.JAVASCRIPT in opened(pdf(script, catalog=OPENS) + b"9 0 obj " + SCRIPT, "a.pdf").traits
    assert traits.JAVASCRIPT in opened(pdf(script, catalog=OPENS)[:-60].replace(b"4 0 obj", b"4 0 obx"), "a.pdf").traits


@pytest.mark.parametrize(
    "source",
    [
        b"AFDate_FormatEx(app.alert(1));",
        b'AFDate_FormatEx("x"); app.launchURL("http://evil.example/")',
        b'AFDate_FormatEx("x" + this.x)',
        b'AFDate_FormatEx("\\");eval("x")',
        b"function AFDate_FormatEx(x) { eval(x) }",
        b"AFDate_FormatEx(`${app.alert(1)}`)",
        b"",
    ],
)
def test_attach_14_a_script_that_does_more_is_one(source):
    assert not is_harmless(source)


@given(
    st.lists(
        st.sampled_from([b"AFx_y(", b'AFDate_F("', b"new Array(", b'"', b"'", b"\\", b",", b"1", b")", b";", b" "])
    )
)
def test_dos_whatever_a_script_is_it_is_judged_at_once(pieces):
    began = time.process_time()
    is_harmless(b"".join(pieces) * 50)
    assert time.process_time() - began < 1


def test_a_script_of_a_form_is_one_of_a_pdf_and_not_of_a_page():
    form = stream(b"", b"<xdp><script contentType='application/x-javascript'>x</script></xdp>")
    seen = walked(mail(("form.pdf", pdf(form, catalog=b"/AcroForm << /XFA 4 0 R >> "))))
    assert FileClass.PDF_ACTIVE in seen.items[1].classes
    assert FileClass.HTML_ACTIVE not in seen.items[1].classes


def test_attach_14_a_pdf_that_is_a_zip_too_is_a_polyglot():
    assert traits.POLYGLOT in opened(pdf() + zipped({"a": b"b"}), "a.pdf").traits


@pytest.mark.parametrize(
    "octets",
    [
        pdf(),
        pdf(stream(b"", b"BT (JavaScript /JS /Launch) Tj ET")),
        pdf(b"<< /S /GoTo /D [3 0 R /Fit] >>", catalog=OPENS),
        pdf(catalog=b"/OpenAction [3 0 R /Fit] "),
        pdf(b"<< /S /URI /URI (https://example.com/) >>"),
        b"%PDF-1.4\n%%EOF\n",
        locked(pdf(), "owner", ""),
    ],
)
def test_an_honest_pdf_has_none_of_it(octets):
    assert not opened(octets, "a.pdf").traits


def test_files_in_a_pdf_are_given_with_their_names():
    packed = stream(b"/Type /EmbeddedFile /Subtype /text#2Fplain /Filter /FlateDecode", zlib.compress(PROGRAM))
    octets = pdf(packed, b"<< /Type /Filespec /F (a.txt) /UF (invoice.exe) /EF << /F 4 0 R /UF 4 0 R >> >>")
    found = opened(octets, "a.pdf")
    assert [(member.name, member.octets, member.declared) for member in found.members] == [
        ("invoice.exe", PROGRAM, "text/plain")
    ]
    assert FileClass.EXECUTABLE in found.classes


def test_addresses_are_given_as_they_are_meant():
    found = opened(pdf(b"<< /S /URI /URI (http://ex\\141mple.com/\\(a\\)) >>"), "a.pdf")
    assert {link.url for link in found.links} == {"http://example.com/(a)"}
    assert {(link.host, link.source) for link in found.links} == {("example.com", "pdf")}


def test_attach_14_an_encrypted_pdf_is_opened_without_a_password_or_by_a_word_of_the_message():
    octets = pdf(stream(b"/Type /EmbeddedFile", PROGRAM), b"<< /Type /Filespec /F (a.exe) /EF << /F 4 0 R >> >>")
    octets = octets.replace(b"/Pages 2 0 R", b"/Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>")
    assert [member.octets for member in opened(locked(octets, "owner", ""), "a.pdf").members] == [PROGRAM]
    assert traits.ENCRYPTED in opened(locked(octets, "owner", "orchid7"), "a.pdf").traits
    found = opened(locked(octets, "owner", "orchid7"), "a.pdf", passwords=("a", "orchid7"))
    assert traits.DECRYPTED in found.traits
    assert [member.octets for member in found.members] == [PROGRAM]


def test_what_qpdf_cannot_read_is_not_called_clean():
    octets = (
        pdf(stream(b"/Type /XObject", b"x" * 100))
        .replace(b"/Pages 2", b"/Page 2")
        .replace(b"/Type /Page", b"/Tipe /Page")
    )
    assert traits.UNREADABLE in opened(octets, "a.pdf").traits


def bomb(times=1):
    octets = bytes(200_000_000)
    for _ in range(times):
        octets = zlib.compress(octets, 9)
    return octets


@pytest.mark.parametrize(
    "dictionary", [b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", b"/Type /EmbeddedFile /Filter /FlateDecode"]
)
def test_dos_a_stream_that_is_a_bomb_ends_at_the_budget(dictionary):
    octets = pdf(stream(dictionary, bomb()), b"<< /Type /Filespec /F (a) /EF << /F 4 0 R >> >>")
    with pytest.raises(OverBudget):
        opened(octets, "a.pdf", within=budget())


def test_dos_a_stream_deflated_twice_ends_at_the_budget():
    octets = pdf(
        stream(b"/Type /EmbeddedFile /Filter [/FlateDecode /FlateDecode]", bomb(2)),
        b"<< /Type /Filespec /F (a) /EF << /F 4 0 R >> >>",
    )
    with pytest.raises(OverBudget):
        opened(octets, "a.pdf", within=budget())


PIECES = st.lists(
    st.sampled_from(
        [
            b"%PDF-1.4\n",
            b"1 0 obj\n",
            b"<<",
            b">>",
            b"/Type /Catalog ",
            b"/JS",
            b"/J#53",
            b"(",
            b")",
            b"\\",
            b"stream\n",
            b"endstream",
            b"endobj\n",
            b"/OpenAction ",
            b"4 0 R ",
            b"/ObjStm",
            b"/Filter /FlateDecode",
            b"[",
            b"]",
            b"/Kids ",
            b"xref\n0 1\n",
            b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n",
            b"/URI (http://a.example)",
            b"/Encrypt ",
            zlib.compress(b"/JS (x)"),
        ]
    ),
    max_size=30,
).map(lambda pieces: b"%PDF-1.7\n" + b"".join(pieces))


@given(PIECES)
def test_whatever_the_octets_it_is_opened(octets):
    found = opened(octets, "a.pdf")
    told = re.search(rb"/J(?:S|#53)(?![A-Za-z0-9_])", octets)
    assert not told or b"stream" in octets or traits.JAVASCRIPT in found.traits
