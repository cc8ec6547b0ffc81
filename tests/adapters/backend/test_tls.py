"""Contexts for TLS to the mail server: good files only, seen anew when they are renewed."""

import os
import shutil
import ssl

import pytest

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.tls import BadCertificate, TlsContexts


def settings(**change):
    return BackendSettings(**({"hosts": ["h:25"], "tls": "required"} | change))


def pair(certificate, key):
    return {"client_certificate": {"certificate": certificate, "key": key}}


def test_required_verifies_and_opportunistic_does_not(certificate):
    required = TlsContexts(settings(ca_file=certificate.authority)).current()
    assert required.verify_mode is ssl.CERT_REQUIRED and required.check_hostname
    assert TlsContexts(settings(tls="opportunistic")).current().verify_mode is ssl.CERT_NONE


def test_nothing_below_tls_1_2_is_spoken():
    assert TlsContexts(settings()).current().minimum_version is ssl.TLSVersion.TLSv1_2


def test_the_system_is_trusted_where_no_authority_is_named():
    assert TlsContexts(settings()).current().verify_mode is ssl.CERT_REQUIRED


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadCertificate, match=r"absent\.pem"):
        TlsContexts(settings(ca_file=tmp_path / "absent.pem"))


@pytest.mark.parametrize("kind", ["ca", "pair", "mismatch"])
def test_a_file_without_what_it_should_hold_is_named(kind, tmp_path, certificate, authority):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    change = {
        "ca": {"ca_file": empty},
        "pair": pair(empty, empty),
        "mismatch": pair(certificate.chain, authority.issue("other.test").key),
    }[kind]
    with pytest.raises(BadCertificate, match=r"\.(pem|crt)"):
        TlsContexts(settings(**change))


def test_a_key_with_a_passphrase_is_refused_without_a_question(tmp_path, certificate):
    key = tmp_path / "locked.key"
    os.system(f"openssl ec -in {certificate.key} -aes128 -passout pass:x -out {key} 2>/dev/null")  # noqa: S605  fixed
    assert b"ENCRYPTED" in key.read_bytes()
    with pytest.raises(BadCertificate):
        TlsContexts(settings(**pair(certificate.chain, key)))


def test_a_pool_with_bad_files_is_not_made(tmp_path):
    with pytest.raises(BadCertificate):
        Pool("x", settings(ca_file=tmp_path / "absent.pem"), "gw.test")


def test_a_renewed_file_is_used_and_a_broken_one_is_not(tmp_path, certificate):
    path = tmp_path / "ca.pem"
    shutil.copy(certificate.authority, path)
    contexts = TlsContexts(settings(ca_file=path))
    first = contexts.current()
    assert contexts.current() is first
    path.write_text("half")
    os.utime(path, ns=(1, 1))
    assert contexts.current() is first
    path.unlink()
    assert contexts.current() is first
    shutil.copy(certificate.authority, path)
    os.utime(path, ns=(2, 2))
    assert contexts.current() is not first
