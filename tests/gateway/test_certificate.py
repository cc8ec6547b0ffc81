"""What is read from certificate files."""

from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gatepost.gateway.certificate import BadCertificate, read_certificate
from tests.servers.certificates import Authority


@pytest.mark.parametrize(("key_type", "kind"), [(trustme.KeyType.ECDSA, "ECDSA"), (trustme.KeyType.RSA, "RSA")])
def test_names_and_kind_of_key_are_read(tmp_path, key_type, kind):
    files = Authority(tmp_path).issue("MX.example.com", "*.example.org", "192.0.2.1", key_type=key_type)
    certificate = read_certificate(str(files.chain), str(files.key))
    assert (certificate.names, certificate.kind) == (("mx.example.com", "*.example.org"), kind)


def test_a_certificate_without_alternative_names_is_for_its_common_name(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Old.example.com")])
    begins = datetime(2025, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=10))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "old.crt"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    certificate = read_certificate(str(path), "unused")
    assert certificate.names == ("old.example.com",)
    assert certificate.expires == datetime(2025, 1, 11, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "octets", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 100]
)
def test_a_file_that_is_no_certificate_is_named(tmp_path, octets):
    path = tmp_path / "bad.crt"
    path.write_bytes(octets)
    with pytest.raises(BadCertificate, match=r"bad\.crt: not a certificate in PEM form"):
        read_certificate(str(path), "unused")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadCertificate, match=r"none\.crt: cannot be read"):
        read_certificate(str(tmp_path / "none.crt"), "unused")
