"""Several servers, each with its own way of failing; OpenLDAP is the one that answers."""

import time

import pytest

from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Complaint, Refused, Session
from gatepost.gateway.clock import SystemClock
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable
from tests.adapters.directory_ldap import stubborn
from tests.adapters.directory_ldap.stubborn import HeldClock, listening
from tests.servers.loopback import HOST, free_port
from tests.servers.slapd import PASSWORD, SUFFIX

pytestmark = pytest.mark.servers

ANN = Found("ann@example.test", ("Sales",), listed=True)


def asked(settings):
    return Servers(settings, SystemClock())


def test_a_recipient_is_found_by_any_of_his_addresses(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("ann.other", "example.test") == ANN


def test_case_does_not_matter(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("ANN", "Example.test") == ANN


def test_who_is_not_there_is_unknown(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("nobody", "example.test") is None


def test_an_account_without_mail_is_found_by_its_uid(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("ux", "example.test").primary == "ux@example.test"


@pytest.mark.parametrize("alias", ["robert", "ROBERT", "bob"])
def test_a_proxy_address_is_found_whatever_its_case(slapd, settings, alias):
    servers = asked(settings(slapd.tls_url, schema="active-directory"))
    assert servers.find(alias, "example.test") == Found("bob@example.test", ("Sales",), listed=True)


def test_with_proxy_addresses_mail_alone_does_not_count(start_slapd, settings):
    entry = (
        f"dn: cn=x,{SUFFIX}\nobjectClass: device\nobjectClass: mailRecipient\ncn: x\n"
        "mail: old@example.test\nproxyAddresses: SMTP:new@example.test\n"
    )
    servers = asked(settings(start_slapd(entry).url, schema="active-directory", allow_plaintext=True))
    assert servers.find("old", "example.test") is None


@pytest.mark.parametrize("local", ["*", "a*", "*)(uid=*", "ann)(|(uid=*", "\\2a", "ann@example.test)(mail=", "\0"])
def test_a_local_part_that_speaks_filter_language_finds_nobody(slapd, settings, local):
    assert asked(settings(slapd.tls_url)).find(local, "example.test") is None


def test_characters_of_the_filter_language_are_found_as_they_stand(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("o(d)*d\\", "example.test").primary == "o(d)*d\\@example.test"


def test_an_address_beyond_ascii_is_unknown_and_no_failure(slapd, settings):
    assert asked(settings(slapd.tls_url)).find("grüße", "example.test") is None


def test_several_bases_are_searched_in_turn(slapd, settings):
    servers = asked(settings(slapd.tls_url, base=[f"ou=people,{SUFFIX}", f"ou=many,{SUFFIX}"]))
    assert servers.find("m3000", "many.test").primary == "m3000@many.test"


def test_a_filter_of_ones_own_is_used(slapd, settings):
    own = settings(slapd.tls_url, schema="(&(objectClass=inetOrgPerson)(uid={local}))")
    assert asked(own).find("ann", "anything.test").primary == "ann@example.test"


def test_starttls_leads_to_an_answer(slapd, settings):
    assert asked(settings(slapd.url, starttls=True)).find("ann", "example.test") == ANN


def test_groups_come_as_whole_names_where_wanted(slapd, settings):
    found = asked(settings(slapd.tls_url, groups="dns")).find("ann", "example.test")
    assert found.groups == (f"cn=Sales,{SUFFIX}",)


def test_a_session_serves_many_questions(slapd, settings):
    servers = asked(settings(slapd.tls_url))
    servers.find("ann", "example.test")
    before = slapd.log().count(" BIND dn=")
    for _ in range(5):
        servers.find("ann", "example.test")
    assert slapd.log().count(" BIND dn=") == before


# ── what fails ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("behave", "scheme", "starttls"),
    [
        (stubborn.mute, "ldaps", False),
        (stubborn.dripping_tls, "ldaps", False),
        (stubborn.closing, "ldaps", False),
        (stubborn.mute, "ldap", True),
        (stubborn.dripping_ldap, "ldap", True),
        (stubborn.after_consent(stubborn.mute), "ldap", True),
        (stubborn.after_consent(stubborn.dripping_tls), "ldap", True),
        (stubborn.mute, "ldap", False),
        (stubborn.half_an_answer, "ldap", False),
        (stubborn.dripping_ldap, "ldap", False),
        (stubborn.closing, "ldap", False),
    ],
    ids=lambda value: getattr(value, "__qualname__", str(value)),
)
def test_a_stubborn_server_is_given_up_in_time_and_the_next_one_answers(slapd, settings, behave, scheme, starttls):
    with listening(behave) as port:
        second = slapd.url if scheme == "ldap" else slapd.tls_url
        servers = asked(settings(f"{scheme}://{HOST}:{port}", second, starttls=starttls, allow_plaintext=True))
        began = time.monotonic()
        assert servers.find("ann", "example.test") == ANN
        assert time.monotonic() - began < servers.settings.timeout


def test_a_server_that_is_down_is_passed_over(slapd, settings):
    assert asked(settings(f"ldaps://{HOST}:{free_port()}", slapd.tls_url)).find("ann", "example.test") == ANN


def test_with_all_servers_down_there_is_no_answer(settings):
    with pytest.raises(Unavailable, match="cannot connect"):
        asked(settings(f"ldaps://{HOST}:{free_port()}")).find("ann", "example.test")


def test_a_certificate_of_a_stranger_is_no_answer(slapd, settings, tmp_path):
    from tests.servers.certificates import Authority

    with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        asked(settings(slapd.tls_url, ca_file=Authority(tmp_path).path)).find("ann", "example.test")


@pytest.mark.parametrize("starttls", [True, False])
def test_a_certificate_for_another_name_is_no_answer(start_slapd, settings, authority, starttls):
    server = start_slapd(tls=authority.issue("other.example.test"))
    with pytest.raises(Unavailable, match=r"not valid for '127\.0\.0\.1'"):
        asked(settings(server.url if starttls else server.tls_url, starttls=starttls)).find("ann", "example.test")


def test_a_certificate_can_be_left_unverified(start_slapd, settings, authority):
    server = start_slapd(tls=authority.issue("other.example.test"))
    assert asked(settings(server.tls_url, verify_certificate=False)).find("ann", "example.test") is None


def test_a_server_without_starttls_gets_no_password(start_slapd, settings):
    server = start_slapd()
    with pytest.raises(Unavailable, match="StartTLS was refused"):
        asked(settings(server.url, starttls=True)).find("ann", "example.test")
    assert " BIND dn=" not in server.log()


@pytest.mark.parametrize("starttls", [True, False])
def test_the_password_is_never_in_clear(slapd, settings, starttls):
    tap = stubborn.Wiretap(slapd.port if starttls else slapd.tls_port)
    with listening(tap) as port:
        url = f"ldap://{HOST}:{port}" if starttls else f"ldaps://{HOST}:{port}"
        assert asked(settings(url, starttls=starttls)).find("ann", "example.test") == ANN
    assert tap.heard and PASSWORD.encode() not in tap.heard


def test_a_server_that_falls_silent_is_given_up_in_time_and_the_next_one_answers(slapd, settings):
    tap = stubborn.Wiretap(slapd.tls_port)
    with listening(tap) as port:
        servers = asked(settings(f"ldaps://{HOST}:{port}", slapd.tls_url))
        assert servers.find("ann", "example.test") == ANN
        tap.silent.set()
        began = time.monotonic()
        assert servers.find("bob", "example.test") is not None
        assert time.monotonic() - began < servers.settings.timeout


def test_one_slow_answer_does_not_take_a_server_down_but_some_in_a_row_do(slapd, settings):
    tap = stubborn.Wiretap(slapd.port)
    with listening(tap) as port:
        servers = asked(settings(f"ldap://{HOST}:{port}", allow_plaintext=True, timeout=0.4, connect_timeout=0.4))
        up = []
        for _ in range(3):
            tap.silent.clear()
            servers.servers[0].give_back(Session(servers.settings, servers.dialler, servers.servers[0].url, PASSWORD))
            servers.servers[0].slow = len(up)
            tap.silent.set()
            with pytest.raises(Unavailable, match="in time"):
                servers.find("ann", "example.test")
            up.append(servers.servers[0].down_until == 0.0)
    assert up == [True, True, False]


def test_the_wiretap_would_have_heard_it(slapd, settings):
    tap = stubborn.Wiretap(slapd.port)
    with listening(tap) as port:
        asked(settings(f"ldap://{HOST}:{port}", allow_plaintext=True)).find("ann", "example.test")
    assert PASSWORD.encode() in tap.heard


def test_a_refused_password_is_not_tried_again_and_again(slapd, settings, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    servers = asked(settings(slapd.tls_url, password_file=wrong))
    with pytest.raises(Refused, match="Invalid credentials"):
        servers.find("ann", "example.test")
    before = slapd.log().count(" BIND dn=")
    with pytest.raises(Refused, match="Invalid credentials"):
        servers.find("ann", "example.test")
    assert slapd.log().count(" BIND dn=") == before


def test_a_new_password_is_tried_at_once(slapd, settings, tmp_path):
    changing = tmp_path / "changing"
    changing.write_text("wrong")
    servers = asked(settings(slapd.tls_url, password_file=changing))
    with pytest.raises(Refused):
        servers.find("ann", "example.test")
    changing.write_text(PASSWORD)
    assert servers.find("ann", "example.test") == ANN


def test_no_message_holds_the_password(slapd, settings, tmp_path, caplog):
    secret = tmp_path / "secret"
    secret.write_text("do-not-show-me")
    with pytest.raises(Refused) as raised:
        asked(settings(slapd.tls_url, password_file=secret)).find("ann", "example.test")
    assert "do-not-show-me" not in f"{raised.value!r}{raised.value.__cause__!r}{caplog.text}"


def test_a_base_that_does_not_exist_is_no_answer(slapd, settings):
    with pytest.raises(Complaint, match="base does not exist"):
        asked(settings(slapd.tls_url, base="dc=elsewhere,dc=test")).find("ann", "example.test")


def test_a_filter_that_fits_everybody_is_no_answer(slapd, settings):
    with pytest.raises(Complaint, match="more entries"):
        asked(settings(slapd.tls_url, schema="(|(mail=*)(mail={address}))")).find("ann", "example.test")


def test_a_complaint_about_one_question_spoils_no_other(slapd, settings):
    servers = asked(settings(slapd.tls_url, schema="(|(&(uid={local})(!(uid=ann)))(mail={local}*)(mail=m*))"))
    with pytest.raises(Complaint):
        servers.find("m", "example.test")
    assert servers.servers[0].worth_a_try() and servers.servers[0].down_until == 0.0


def test_a_session_that_the_server_ended_is_replaced(start_slapd, settings):
    server = start_slapd("\n".join(["dn: cn=a," + SUFFIX, "objectClass: device", "cn: a\n"]))
    servers = asked(settings(server.url, allow_plaintext=True, schema="(cn={local})"))
    assert servers.find("a", "example.test") is not None
    server.stop()
    server.start()
    assert servers.find("a", "example.test") is not None


def test_a_server_that_failed_is_left_alone_for_a_while(settings):
    clock, port = HeldClock(), free_port()
    servers = Servers(settings(f"ldap://{HOST}:{port}", allow_plaintext=True), clock)
    with pytest.raises(Unavailable):
        servers.find("ann", "example.test")
    assert not servers.servers[0].worth_a_try()
    clock.time += 1.1
    assert servers.servers[0].worth_a_try()


def test_one_thread_finds_out_whether_a_server_is_back(settings):
    clock = HeldClock()
    servers = Servers(settings(f"ldap://{HOST}:{free_port()}", allow_plaintext=True), clock)
    with pytest.raises(Unavailable):
        servers.find("ann", "example.test")
    clock.time += 1.1
    assert [servers.servers[0].worth_a_try() for _ in range(3)] == [True, False, False]


def test_the_first_server_is_asked_again_once_it_is_back(slapd, start_slapd, settings):
    clock = HeldClock()
    first = start_slapd()
    first.stop()
    servers = Servers(settings(first.url, slapd.url, starttls=False, allow_plaintext=True), clock)
    assert servers.find("ann", "example.test") == ANN
    first.start()
    clock.time += 2
    assert servers.find("ann", "example.test") is None, "the first server does not know her"
