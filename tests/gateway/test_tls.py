"""TLS towards clients, by handshakes in memory: ATTACKS TLS-11, TLS-12, TLS-18."""

import os
import shutil
import socket
import ssl
import subprocess
import threading

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gatepost.gateway.certificate import BadCertificate
from gatepost.gateway.tls import ServerTls, describe
from tests.servers.certificates import Authority
from tests.servers.need import program

RSA, ECDSA = trustme.KeyType.RSA, trustme.KeyType.ECDSA
LONG_NAME = ".".join(["abcdefghi"] * 25) + ".abcde"  # 255 octets
ALERT, HANDSHAKE = 0x15, 0x16


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def pairs(authority):
    """(certificate, key) by a short name."""
    made = {
        "mx-ecdsa": authority.issue("mx.example.com", key_type=ECDSA),
        "mx-rsa": authority.issue("mx.example.com", key_type=RSA),
        "other": authority.issue("other.example.net", "*.example.org", key_type=ECDSA),
        "any-com": authority.issue("*.example.com", key_type=ECDSA),
    }
    return {name: (str(files.chain), str(files.key)) for name, files in made.items()}


def client_context(authority=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if authority:
        authority.authority.configure_trust(context)
    else:
        context.verify_mode = ssl.CERT_NONE
    return context


class Pair:
    """A client and a server whose octets go straight to each other."""

    def __init__(self, server_context, context, name=None, session=None):
        to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = server_context.wrap_bio(to_server, to_client, server_side=True)
        self.client = context.wrap_bio(to_client, to_server, server_hostname=name, session=session)
        self.steps = [self.client.do_handshake, self.server.do_handshake]
        while self.steps:
            self.steps = [step for step in self.steps if self.wants_more(step)]
        self.wants_more(lambda: self.client.read(1))  # takes the session tickets in

    @staticmethod
    def wants_more(step):
        try:
            step()
        except ssl.SSLWantReadError:
            return True
        return False


def names_served(tls, authority, asked):
    certificate = Pair(tls.context, client_context(authority), asked).client.getpeercert()
    return [value for kind, value in certificate["subjectAltName"]]


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("mx.example.com", "mx.example.com"),
        ("MX.EXAMPLE.COM", "mx.example.com"),
        ("other.example.net", "other.example.net"),
        ("a.example.org", "other.example.net"),
        ("a.b.example.org", "mx.example.com"),
        ("example.org", "mx.example.com"),
        ("b.example.com", "*.example.com"),
        ("unknown.example", "mx.example.com"),
        ("a\\", "mx.example.com"),
        (None, "mx.example.com"),
    ],
)
def test_the_name_asked_for_chooses_the_certificate_and_any_other_gets_the_first(authority, pairs, asked, served):
    tls = ServerTls([pairs["mx-ecdsa"], pairs["other"], pairs["any-com"]])
    assert names_served(tls, authority, asked)[0] == served


@pytest.mark.parametrize("order", [("mx-ecdsa", "mx-rsa"), ("mx-rsa", "mx-ecdsa")])
@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA"])
@pytest.mark.parametrize("asked", ["mx.example.com", None])
def test_a_client_is_served_the_kind_of_certificate_it_can_verify(pairs, order, algorithm, asked):
    tls = ServerTls([pairs[name] for name in order])
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"ECDHE-{algorithm}-AES128-GCM-SHA256")
    assert describe(Pair(tls.context, context, asked).server).cipher == f"ECDHE-{algorithm}-AES128-GCM-SHA256"


def test_the_servers_preference_of_ciphers_counts(pairs):
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384")
    assert (
        describe(Pair(ServerTls([pairs["mx-ecdsa"]]).context, context).server).cipher == "ECDHE-ECDSA-AES256-GCM-SHA384"
    )


def test_what_a_connection_uses_is_described(pairs):
    server = Pair(ServerTls([pairs["mx-ecdsa"]]).context, client_context(), "A.example").server
    assert describe(server).version == "TLSv1.3"
    assert describe(server).bits in (128, 256)
    assert describe(server).server_name == "a.example"


def test_an_odd_name_is_not_described(pairs):
    assert describe(Pair(ServerTls([pairs["mx-ecdsa"]]).context, client_context(), "a b\\").server).server_name == ""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_versions_before_the_minimum_are_refused(pairs, version):
    context = client_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        Pair(ServerTls([pairs["mx-ecdsa"]]).context, context)


def test_the_minimum_can_be_raised(pairs):
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        Pair(ServerTls([pairs["mx-ecdsa"]], minimum="1.3").context, context)
    assert (
        describe(Pair(ServerTls([pairs["mx-ecdsa"]], minimum="1.3").context, client_context()).server).version
        == "TLSv1.3"
    )


@pytest.mark.parametrize(
    "ciphers",
    ["eNULL:@SECLEVEL=0", "aNULL:@SECLEVEL=0", "kRSA:@SECLEVEL=0", "ECDHE-ECDSA-AES128-SHA", "DHE:@SECLEVEL=0",
     "ECDHE-ECDSA-AES256-SHA384"],
)  # fmt: skip
def test_old_ciphers_are_refused(pairs, ciphers):
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        Pair(ServerTls([pairs["mx-ecdsa"], pairs["mx-rsa"]]).context, context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("asked", ["other.example.net", None])
def test_a_session_is_resumed_also_after_a_reload(pairs, tmp_path, version, asked):
    first, other = copy(pairs["mx-ecdsa"], tmp_path, "first"), pairs["other"]
    tls = ServerTls([first, other])
    context = client_context()
    context.maximum_version = version
    session = Pair(tls.context, context, asked).client.session
    replace(pairs["mx-rsa"], first)
    assert tls.reload_if_changed().taken
    assert Pair(tls.context, context, asked, session).client.session_reused


def test_one_ticket_is_given_for_one_connection(pairs):
    assert ServerTls([pairs["mx-ecdsa"]]).context.num_tickets == 1


# ── odd names in the octets of a ClientHello, as no library sends them ───────


def hello(name):
    """A ClientHello that asks for `name`, made from one that asks for a name of the same length class."""
    context, out = client_context(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=LONG_NAME).do_handshake()
    octets = bytearray(out.read())
    at, more = octets.index(LONG_NAME.encode()), len(name) - len(LONG_NAME)
    session_end = 44 + octets[43]
    ciphers_end = session_end + 2 + int.from_bytes(octets[session_end : session_end + 2])
    extensions = ciphers_end + 1 + octets[ciphers_end]
    for place, width in ((3, 2), (6, 3), (extensions, 2), (at - 7, 2), (at - 5, 2), (at - 2, 2)):
        octets[place : place + width] = (int.from_bytes(octets[place : place + width]) + more).to_bytes(width)
    octets[at : at + len(LONG_NAME)] = name
    return bytes(octets)


def first_answer(tls, octets):
    """Type of the first record that the server sends back."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = tls.context.wrap_bio(to_server, to_client, server_side=True)
    to_server.write(octets)
    with pytest.raises(ssl.SSLError):
        server.do_handshake()
    return to_client.read()[0]


@pytest.mark.parametrize(
    "name", [LONG_NAME.encode(), LONG_NAME.encode()[:-1] + b"\\", b"a.example", b"\\", b"a\r\nb: c", b"%s%n"]
)
def test_an_odd_name_gets_the_first_certificate(pairs, name):
    assert first_answer(ServerTls([pairs["mx-ecdsa"]]), hello(name)) == HANDSHAKE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python's own, for the last one
@pytest.mark.parametrize("name", [b"a\x00b", LONG_NAME.encode() + b"a", b"a" * 5000, b"\xff\xfe"])
def test_a_name_that_tls_itself_forbids_gets_an_alert_and_harms_nobody(authority, pairs, name):
    tls = ServerTls([pairs["mx-ecdsa"]])
    assert first_answer(tls, hello(name)) == ALERT
    assert names_served(tls, authority, "mx.example.com") == ["mx.example.com"]


@pytest.mark.parametrize(
    "octets", [b"\x16\x03\x01\xff\xff" + b"\x01" * 70000, b"EHLO a\r\n", b"\x80" * 300, b"\x16\x03\x01\x00\x05hello"]
)
def test_garbage_for_a_client_hello_ends_the_handshake(pairs, octets):
    to_server = ssl.MemoryBIO()
    server = ServerTls([pairs["mx-ecdsa"]]).context.wrap_bio(to_server, ssl.MemoryBIO(), server_side=True)
    to_server.write(octets)
    with pytest.raises(ssl.SSLError) as refused:
        server.do_handshake()
    assert not isinstance(refused.value, ssl.SSLWantReadError)


# ── files ────────────────────────────────────────────────────────────────────


def copy(pair, directory, stem):
    made = (str(directory / f"{stem}.crt"), str(directory / f"{stem}.key"))
    replace(pair, made)
    return made


def replace(pair, files):
    """As renewing programs do it: another file takes the name."""
    for source, target in zip(pair, files, strict=True):
        shutil.copy(source, f"{target}.new")
        os.replace(f"{target}.new", target)


def test_files_that_did_not_change_are_not_loaded_again(pairs, tmp_path):
    tls = ServerTls([copy(pairs["mx-ecdsa"], tmp_path, "a")])
    before = tls.choice
    assert tls.reload_if_changed() is None
    assert tls.choice is before


def test_changed_files_are_taken_into_use_while_connections_stay_open(authority, pairs, tmp_path):
    files = copy(pairs["mx-ecdsa"], tmp_path, "a")
    tls = ServerTls([files])
    open_one = Pair(tls.context, client_context())
    replace(pairs["other"], files)
    told = tls.reload_if_changed()
    assert told.taken and "other.example.net" in told.detail
    assert names_served(tls, authority, "mx.example.com") == ["other.example.net", "*.example.org"]
    open_one.client.write(b"still here")
    assert open_one.server.read(100) == b"still here"


def break_certificate(files, pairs):
    (certificate, _), text = files, "nonsense"
    with open(certificate, "w") as file:
        file.write(text)


def break_pair(files, pairs):
    shutil.copy(pairs["other"][1], files[1])


def remove_key(files, pairs):
    os.unlink(files[1])


@pytest.mark.parametrize("harm", [break_certificate, break_pair, remove_key])
def test_broken_files_leave_the_former_certificate_in_use_and_are_told_once(authority, pairs, tmp_path, harm):
    files = copy(pairs["mx-ecdsa"], tmp_path, "a")
    tls = ServerTls([files, pairs["other"]])
    harm(files, pairs)
    assert tls.reload_if_changed() is None  # may be half replaced
    told = tls.reload_if_changed()
    assert not told.taken and str(tmp_path) in told.detail
    assert tls.reload_if_changed() is None
    assert names_served(tls, authority, "mx.example.com") == ["mx.example.com"]


def test_files_mended_after_they_were_broken_are_taken_into_use(authority, pairs, tmp_path):
    files = copy(pairs["mx-ecdsa"], tmp_path, "a")
    tls = ServerTls([files])
    break_pair(files, pairs)
    assert tls.reload_if_changed() is None
    assert not tls.reload_if_changed().taken
    replace(pairs["mx-rsa"], files)
    assert tls.reload_if_changed().taken
    assert names_served(tls, authority, None) == ["mx.example.com"]


def test_without_a_certificate_there_is_no_tls():
    with pytest.raises(BadCertificate, match="no certificate given"):
        ServerTls([])


def test_a_key_of_another_certificate_is_named(pairs):
    with pytest.raises(BadCertificate, match="is not its key"):
        ServerTls([(pairs["mx-ecdsa"][0], pairs["other"][1])])


def test_a_key_that_is_encrypted_is_refused_without_asking_for_its_password(pairs, tmp_path):
    with open(pairs["mx-ecdsa"][1], "rb") as file:
        key = serialization.load_pem_private_key(file.read(), None)
    encrypted = serialization.BestAvailableEncryption(b"secret")
    path = tmp_path / "encrypted.key"
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encrypted))
    with pytest.raises(BadCertificate, match="key not encrypted"):
        ServerTls([(pairs["mx-ecdsa"][0], str(path))])


def test_a_key_that_is_too_short_is_refused_with_what_would_be_right(tmp_path):
    command = "openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=weak.example -days 2 -keyout weak.key -out weak.crt"
    program("openssl")
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True, timeout=30)
    with pytest.raises(BadCertificate, match=r"weak\.crt: its key or signature is too weak: RSA of 2048 bits"):
        ServerTls([(str(tmp_path / "weak.crt"), str(tmp_path / "weak.key"))])


def test_a_file_that_is_not_there_is_named_at_the_start(pairs, tmp_path):
    with pytest.raises(BadCertificate, match=r"none\.key: cannot be read"):
        ServerTls([(pairs["mx-ecdsa"][0], str(tmp_path / "none.key"))])


def test_a_client_cannot_renegotiate(pairs):
    """`openssl s_client` asks for it when it reads a line `R`."""
    program("openssl")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    port = listener.getsockname()[1]
    seen = []

    def serve():
        try:
            with listener.accept()[0] as plain:
                plain.settimeout(20)
                with ServerTls([pairs["mx-rsa"]]).context.wrap_socket(plain, server_side=True) as secured:
                    seen.append(secured.recv(100))
        except OSError as error:
            seen.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-legacy_renegotiation"]
    ended = subprocess.run(command, input=b"R\n", capture_output=True, timeout=30)
    thread.join(30)
    listener.close()
    assert b"no renegotiation" in ended.stderr and b"RENEGOTIATING" in ended.stderr
    assert seen and seen[0] != b"R\n"
