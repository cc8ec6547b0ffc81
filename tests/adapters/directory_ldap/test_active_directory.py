"""A real domain controller, filled as Exchange fills one."""

from collections.abc import Iterator

import pytest

from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.session import Refused
from gatepost.adapters.directory_ldap.survey import survey
from gatepost.gateway.clock import SystemClock
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable
from tests.servers.samba_ad import ADMINISTRATOR, BASE, PASSWORD, SambaAd

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]  # making a domain is 10 s of work

STAFF = f"OU=Staff,{BASE}"
MANY = 3001
NORMAL, DISABLED = 512, 514  # userAccountControl


def entry(name: str, classes: str, *lines: str, unit: str = STAFF) -> str:
    head = [f"dn: CN={name},{unit}", *(f"objectClass: {one}" for one in classes.split())]
    return "\n".join([*head, *lines]) + "\n"


def user(name: str, control: int, *lines: str) -> str:
    return entry(name, "user", f"sAMAccountName: {name}", f"userAccountControl: {control}", *lines)


def smtp(primary: str, *others: str) -> tuple[str, ...]:
    return (
        f"proxyAddresses: SMTP:{primary}@example.test",
        *(f"proxyAddresses: {other}" for other in others),
        f"mail: {primary}@example.test",
    )


def ou(name: str) -> str:
    return f"dn: OU={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n"


# 32 = the account needs no password, so that none has to be set.
ENTRIES = [
    ou("Staff"),
    ou("Many"),
    user("ann", NORMAL + 32, *smtp("ann.arbor", "smtp:ann@example.test", "X500:/o=Example/cn=ann", "SIP:ann@sip.test")),
    user("shared", DISABLED + 32, *smtp("shared-mailbox")),
    user("plain", NORMAL + 32, "mail: plain@example.test"),
    user("nomail", NORMAL + 32),
    user("moved", NORMAL + 32, "proxyAddresses: SMTP:new@example.test", "mail: old@example.test"),
    entry("Sales", "group", "sAMAccountName: Sales", f"member: CN=ann,{STAFF}", *smtp("sales")),
    entry("Partner", "contact", *smtp("partner")),
    entry("Everyone in Bonn", "msExchDynamicDistributionList", *smtp("bonn")),
    entry("Folder", "publicFolder", *smtp("folder")),
]
CONTACTS = [
    entry(f"c{n}", "contact", f"proxyAddresses: SMTP:c{n}@example.test", unit=f"OU=Many,{BASE}") for n in range(MANY)
]


@pytest.fixture(scope="session")
def domain(authority) -> Iterator[SambaAd]:
    controller = SambaAd(issue=authority.issue)
    try:
        controller.add([*ENTRIES, *CONTACTS])
        controller.start()
        yield controller
    finally:
        controller.stop()


@pytest.fixture
def ad(domain, settings, tmp_path):
    """Servers of the domain; settings can be given otherwise."""
    password = tmp_path / "ad-password"
    password.write_text(PASSWORD)

    def make(*urls: str, **others):
        account = {"bind_dn": ADMINISTRATOR, "password_file": password}
        values = account | {"base": BASE, "schema": "active-directory", "connect_timeout": 1.0} | others
        return settings(*urls or (f"ldaps://{domain.host}",), **values)

    return make


@pytest.fixture
def find(ad):
    def one(local: str, *urls: str, **others) -> Found | None:
        return Servers(ad(*urls, **others), SystemClock()).find(local, "example.test")

    return one


@pytest.mark.parametrize("local", ["ann.arbor", "ann", "ANN", "Ann.Arbor"])
def test_a_user_is_found_by_every_address_in_any_case(find, local):
    assert find(local) == Found("ann.arbor@example.test", ("Sales",), listed=True)


@pytest.mark.parametrize(
    ("what", "local"),
    [
        ("a group", "sales"),
        ("a contact", "partner"),
        ("a dynamic group", "bonn"),
        ("a public folder", "folder"),
        ("a disabled account, as shared mailboxes are", "shared-mailbox"),
        ("an account with mail where there is no Exchange", "plain"),
    ],
)
def test_it_is_a_recipient(find, what, local):
    assert find(local) == Found(f"{local}@example.test", listed=True), what


@pytest.mark.parametrize(
    ("what", "local"),
    [
        ("nobody", "nobody"),
        ("an account's name is no address", "nomail"),
        ("an address that Exchange does not deliver to", "old"),
        ("a wildcard", "*"),
        ("a filter", "*)(sAMAccountName=*"),
        ("a filter that closes ours", "x)))(objectClass=*"),
        ("letters that no Latin alphabet has", "用户"),
    ],
)
def test_it_is_no_recipient(find, what, local):
    assert find(local) is None, what


def test_an_address_of_another_kind_is_no_recipient(ad):
    assert Servers(ad(), SystemClock()).find("ann", "sip.test") is None


@pytest.mark.parametrize(
    ("scheme", "port", "starttls"), [("ldaps", 3269, False), ("ldap", 3268, True), ("ldap", 389, True)]
)
def test_the_global_catalog_and_starttls_answer_too(domain, find, scheme, port, starttls):
    base = "" if port != 389 else BASE
    assert find("ann", f"{scheme}://{domain.host}:{port}", starttls=starttls, base=base) is not None


def test_3001_contacts_are_listed_page_by_page(ad):
    assert survey(ad(base=f"OU=Many,{BASE}"), SystemClock()).recipients == MANY


def test_the_whole_domain_is_listed_with_groups_folders_and_disabled_accounts(ad):
    staff = survey(ad(base=STAFF), SystemClock())
    assert (staff.recipients, staff.addresses) == (8, 9)


def test_a_wrong_password_is_refused(find, tmp_path):
    (tmp_path / "wrong").write_text("wrong")
    with pytest.raises(Refused):
        find("ann", password_file=tmp_path / "wrong")


def test_a_controller_that_wants_encryption_is_no_answer_without(domain, find):
    with pytest.raises(Unavailable, match=r"[Ss]trong"):
        find("ann", f"ldap://{domain.host}", allow_plaintext=True)
