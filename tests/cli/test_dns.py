"""`gatepost dns`: which records a domain should publish, and which it does."""

import json

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.cli.journal_cli import call
from tests.config.texts import text

RIGHT = {
    "example.com": {"MX": [(10, "mx1.example.com")], "TXT": ["v=spf1 mx -all"]},
    "mx1.example.com": {"A": ["192.0.2.25"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mx1.example.com"]},
}


@pytest.fixture
def asked(tmp_path, start_names, capsys):
    """Calls the command against a name server; its exit code, output, and what it told."""

    def ask(*arguments, names=RIGHT, servers=None):
        servers = servers or [start_names(names).where]
        file = tmp_path / "gatepost.toml"
        file.write_text(text({"dns": {"servers": servers, "timeout": "300ms", "deadline": "1s"}}))
        try:
            code = call("dns", "example.com", "-c", file, *arguments)
        except typer.Exit as end:
            code = end.exit_code
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


def test_every_record_is_shown_with_what_it_is_for(asked):
    code, out, _ = asked()
    assert code == 0
    assert "ok       example.com MX\n         published  10 mx1.example.com.\n" in out
    assert "missing  _dmarc.example.com TXT\n         wanted     v=DMARC1; p=none; rua=mailto:" in out
    assert "https://mta-sts.example.com/.well-known/mta-sts.txt" in out and "mx: mx1.example.com" in out
    assert out.endswith("example.com: 4 ok, 7 missing, 1 unknown\n")


def test_a_record_that_mail_needs_and_that_is_wrong_fails(asked):
    code, out, _ = asked(names={**RIGHT, "25.2.0.192.in-addr.arpa": {"PTR": ["other.test"]}})
    assert code == 1 and "differs  25.2.0.192.in-addr.arpa PTR" in out
    assert asked("--send-from", "203.0.113.9")[0] == 1


def test_what_else_is_known_is_taken_into_account(asked):
    code, out, _ = asked(
        "--address", "192.0.2.25", "--send-from", "mail.example.net", "--soft", "--dmarc-policy", "reject",
        "--reports-to", "dmarc@example.net", "--mta-sts", "enforce", "--zone",
    )  # fmt: skip
    assert code == 0
    assert 'example.com. IN TXT "v=spf1 mx ip4:192.0.2.25 a:mail.example.net ~all"' in out
    assert '_dmarc.example.com. IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.net"' in out
    assert "mx1.example.com. IN A 192.0.2.25" in out
    assert "mode" not in out


def test_the_key_is_made_a_record(asked, tmp_path):
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key").write_bytes(key)
    _, out, _ = asked("--dkim-selector", "s1", "--dkim-key", tmp_path / "key", "--zone")
    assert 's1._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; p=' in out


def test_the_key_itself_is_never_shown(asked, tmp_path):
    (tmp_path / "key").write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    code, out, err = asked("--dkim-selector", "s1", "--dkim-key", tmp_path / "key")
    assert code == 1 and "c2VjcmV0" not in out + err


def test_json_has_everything(asked):
    _, out, _ = asked("--json")
    said = json.loads(out)
    assert (said["domain"], said["mta_sts"]["text"].split("\r\n")[0]) == ("example.com", "version: STSv1")
    first = said["records"][0]
    assert (first["type"], first["standing"], first["published"]) == ("MX", "ok", ["10 mx1.example.com."])
    assert set(first) == {"name", "type", "wanted", "published", "standing", "needed", "why", "note"}


def test_without_a_resolver_the_records_are_shown_all_the_same(asked):
    code, out, err = asked(servers=["127.0.0.1:9"])
    assert code == 1 and "no resolver answers" in err
    assert "unknown  example.com MX\n         wanted     10 mx1.example.com.\n" in out
    code, out, err = asked("--zone", servers=["127.0.0.1:9"])
    assert code == 0 and out.startswith("example.com. IN MX 10 mx1.example.com.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--address", "mx1"], "no IP address"),
        (["--send-from", "a b"], "neither an address"),
        (["--reports-to", "postmaster@"], "no mail address"),
        (["--dkim-key", "/k"], "--dkim-selector"),
    ],
)
def test_wrong_usage_is_explained(asked, arguments, said):
    with pytest.raises(typer.BadParameter, match=said):
        asked(*arguments)


@pytest.mark.parametrize("domain", ["[192.0.2.1]", "a..b", ""])
def test_what_is_no_domain_is_refused(tmp_path, domain):
    (tmp_path / "gatepost.toml").write_text(text({}))
    with pytest.raises(typer.BadParameter):
        call("dns", domain, "-c", tmp_path / "gatepost.toml")


def test_a_key_that_is_not_there_is_said(asked):
    code, _, err = asked("--dkim-selector", "s1", "--dkim-key", "/nowhere/key")
    assert code == 1 and "/nowhere/key: No such file or directory" in err
