"""The list that survives an outage; 3,001 entries where the server gives 500 at a time."""

import pytest

from gatepost.adapters.directory_ldap.roster import Roster
from gatepost.adapters.directory_ldap.servers import Servers
from gatepost.adapters.directory_ldap.survey import survey
from gatepost.adapters.directory_ldap.wellbeing import ask_health
from gatepost.gateway.clock import SystemClock
from gatepost.model.address import Address, Domain
from gatepost.ports.unavailable import Unavailable
from tests.adapters.directory_ldap.conftest import MANY, person, unit
from tests.adapters.directory_ldap.test_client import client
from tests.servers.loopback import wait_until
from tests.servers.slapd import SIZE_LIMIT, SUFFIX

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("page_size", [10, 500])
def test_all_are_listed_by_pages_of_any_size(slapd, settings, page_size):
    many = settings(slapd.tls_url, base=f"ou=many,{SUFFIX}", page_size=page_size)
    assert survey(many, SystemClock()).recipients == MANY > SIZE_LIMIT


def test_recipients_are_counted_once_and_their_addresses_each(slapd, settings):
    people = survey(settings(slapd.tls_url, base=f"ou=people,{SUFFIX}"), SystemClock())
    assert (people.recipients, people.addresses) == (4, 5)  # ann has two


def test_who_is_listed_is_found_by_any_address_in_any_case(slapd, settings):
    roster = Roster(Servers(settings(slapd.tls_url, schema="active-directory"), SystemClock()))
    assert roster.refresh()
    assert roster.get("ROBERT", "example.test").primary == "bob@example.test"


def test_who_is_not_listed_is_left_to_the_directory(slapd, settings):
    roster = Roster(Servers(settings(slapd.tls_url), SystemClock()))
    assert roster.get("ann", "example.test") is None
    roster.refresh()
    assert roster.get("nobody", "example.test") is None


def test_a_listing_that_fails_leaves_the_old_list(start_slapd, settings):
    server = start_slapd(unit("people"), person("zoe", "mail: zoe@example.test"))
    roster = Roster(Servers(settings(server.url, allow_plaintext=True), SystemClock()))
    roster.refresh()
    server.stop()
    assert not roster.refresh()
    assert len(roster) == 1


async def test_listed_recipients_survive_an_outage_and_others_are_not_called_unknown(start_slapd, settings, serve):
    server = start_slapd(unit("people"), person("zoe", "mail: zoe@example.test"))
    served = serve(settings(server.url, allow_plaintext=True, preload="1h"))
    wait_until(lambda: ask_health(served.path, 1).preloaded == 1, seconds=5, what="zoe is listed")
    server.stop()
    directory = client(served.path)
    assert (await directory.find(Address("zoe", Domain("example.test")))).primary == "zoe@example.test"
    with pytest.raises(Unavailable):
        await directory.find(Address("nobody", Domain("example.test")))
