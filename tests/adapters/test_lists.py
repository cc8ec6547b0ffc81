"""The operator's lists: what an entry covers, what is refused, and how a file comes up to date."""

import os
from ipaddress import IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.lists import FILE_LIMIT, LOOK_EVERY, SLICE, FileLists, Table
from gatepost.model.address import Address, Domain
from gatepost.ports.lists import BadList, Entries
from gatepost.testing.fakes import FakeClock, FakeLists


def listed(*entries, takes=Entries.ANY):
    return FileLists(FakeClock()).open(entries, None, takes)


def mailbox(text):
    local, _, domain = text.rpartition("@")
    return Address(local, Domain(domain))


def network(ip, *entries):
    return listed(*entries).has_network(ip_address(ip))


def address(text, *entries):
    return listed(*entries).has_address(mailbox(text) if text else None)


def name(text, *entries):
    return listed(*entries).has_name(text)


class TestNetworks:
    def test_an_address_is_covered_by_its_network(self):
        assert network("192.0.2.99", "198.51.100.0/24", "192.0.2.0/24") == "192.0.2.0/24"

    def test_an_address_alone_covers_itself(self):
        assert network("192.0.2.7", "192.0.2.7") == "192.0.2.7"
        assert network("192.0.2.8", "192.0.2.7") is None

    def test_the_widest_prefix_covers_everybody_of_its_family(self):
        assert network("192.0.2.7", "0.0.0.0/0") == "0.0.0.0/0"
        assert network("2001:db8::1", "0.0.0.0/0") is None

    def test_ipv6(self):
        assert network("2001:db8:1::1", "2001:db8::/32") == "2001:db8::/32"
        assert network("2001:db9::1", "2001:db8::/32") is None

    def test_an_ipv4_client_on_an_ipv6_socket_is_the_ipv4_client(self):
        assert network("::ffff:192.0.2.7", "192.0.2.0/24") == "192.0.2.0/24"

    def test_an_empty_list_has_nobody(self):
        assert network("192.0.2.7") is None

    @given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
    def test_it_agrees_with_ipaddress(self, base, length, client):
        wide = IPv4Network((base, length), strict=False)
        assert (network(str(client), str(wide)) is not None) == (client in wide)

    @given(st.ip_addresses(v=6), st.integers(0, 128), st.integers(0, 128))
    def test_the_entry_told_is_the_entry_written(self, base, length, bit):
        wide = ip_network((base, length), strict=False)
        client = ip_address(int(base) ^ (1 << bit) >> 1)
        told = listed(str(wide), takes=Entries.NETWORKS).has_network(client)
        assert told is None or ip_network(told) == wide


class TestAddresses:
    def test_a_whole_address_in_any_case(self):
        assert address("Ann@example.net", "ann@EXAMPLE.net") == "ann@example.net"
        assert address("bob@example.net", "ann@example.net") is None

    def test_a_domain_covers_its_addresses_but_not_its_subdomains(self):
        assert address("ann@example.net", "@example.net") == "@example.net"
        assert address("ann@sub.example.net", "@example.net") is None

    def test_a_domain_with_a_dot_covers_subdomains_too(self):
        assert address("ann@a.b.example.net", "@.example.net") == "@.example.net"
        assert address("ann@example.net", "@.example.net") == "@.example.net"
        assert address("ann@notexample.net", "@.example.net") is None

    def test_the_nearest_domain_is_told(self):
        assert address("ann@a.b.example.net", "@.example.net", "@.b.example.net") == "@.b.example.net"

    def test_the_null_sender(self):
        assert address("", "<>") == "<>"
        assert address("", "@example.net") is None
        assert address("ann@example.net", "<>") is None

    def test_an_at_within_quotes_splits_nothing(self):
        assert address('"a@b"@example.net', '"a@b"@example.net') == '"a@b"@example.net'

    def test_an_international_domain_is_its_a_label(self):
        assert address("ann@xn--mnchen-3ya.example", "@münchen.example") == "@xn--mnchen-3ya.example"

    def test_a_hash_within_an_address_is_no_comment(self, tmp_path):
        assert in_file(tmp_path, "ann#1@example.net # the first").has_address(mailbox("ann#1@example.net"))


class TestNames:
    def test_a_name_in_any_case_with_or_without_final_dot(self):
        assert name("MX.example.NET.", "mx.example.net") == "mx.example.net"

    def test_a_zone_covers_itself_and_all_below(self):
        assert name("a.b.example.net", ".example.net") == ".example.net"
        assert name("example.net", ".example.net") == ".example.net"
        assert name("notexample.net", ".example.net") is None

    def test_a_single_label_and_a_literal(self):
        assert name("localhost", "localhost") == "localhost"
        assert name("[192.0.2.1]", "[192.0.2.1]") == "[192.0.2.1]"


class TestMistakes:
    @pytest.mark.parametrize(
        ("entry", "takes", "says"),
        [
            ("10.0.0.1/8", Entries.NETWORKS, 'write "10.0.0.0/8"'),
            ("2001:db8::1/32", Entries.ANY, 'write "2001:db8::/32"'),
            ("10.0.0.0/33", Entries.NETWORKS, "from 0 to 32"),
            ("10.0.0.0/x", Entries.ANY, "from 0 to 32"),
            ("example.net", Entries.NETWORKS, "no address or network"),
            ("example.net", Entries.ADDRESSES, 'write "@example.net" for a whole domain'),
            (".example.net", Entries.ADDRESSES, 'write "@example.net" for a whole domain'),
            ("ann@", Entries.ADDRESSES, "no domain"),
            ("@-x.example", Entries.ANY, "misplaced hyphen"),
            ("a b", Entries.NAMES, "bad character"),
            ("", Entries.NETWORKS, "no address or network"),
        ],
    )
    def test_an_entry_of_the_wrong_sort_is_told_with_what_is_right(self, entry, takes, says):
        with pytest.raises(BadList, match=f'^"{entry}": ') as caught:
            listed(entry, takes=takes)
        assert says in str(caught.value)

    def test_a_bad_line_is_told_with_its_number(self, tmp_path):
        with pytest.raises(BadList, match=r'denied.txt, line 3: "10.0.0.1/8": an address with'):
            in_file(tmp_path, "# denied\n10.0.0.0/8\n10.0.0.1/8 # oops\n")

    def test_a_file_that_is_missing(self, tmp_path):
        with pytest.raises(BadList, match=r"missing.txt: No such file"):
            FileLists(FakeClock()).open((), str(tmp_path / "missing.txt"))

    def test_a_file_that_is_no_text(self, tmp_path):
        with pytest.raises(BadList, match="line 2: not UTF-8"):
            in_file(tmp_path, b"10.0.0.0/8\n\xff\xfe\n")

    def test_a_file_that_is_too_large(self, tmp_path):
        path = tmp_path / "large.txt"
        with path.open("wb") as large:
            large.truncate(FILE_LIMIT + 1)
        with pytest.raises(BadList, match="larger than"):
            FileLists(FakeClock()).open((), str(path))


def in_file(tmp_path, text):
    path = tmp_path / "denied.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return FileLists(FakeClock()).open((), str(path))


def test_comments_blank_lines_white_space_bom_and_crlf_do_not_matter(tmp_path):
    table = in_file(tmp_path, "\ufeff# who\r\n\r\n  192.0.2.7  # one\r\n198.51.100.0/24")
    assert table.has_network(ip_address("192.0.2.7"))
    assert table.has_network(ip_address("198.51.100.9"))


class Changing:
    """A file that is written again and again, and the list made of it."""

    def __init__(self, path):
        self.path = path
        self.version = 0
        self.clock = FakeClock()
        self.lists = FileLists(self.clock)
        self.write("192.0.2.1")
        self.list = self.lists.open(("203.0.113.0/24",), str(path), Entries.NETWORKS)

    def write(self, text):
        self.path.write_text(text)
        self.version += 1
        os.utime(self.path, ns=(self.version * 10**9, self.version * 10**9))

    def has(self, ip):
        return self.list.has_network(ip_address(ip)) is not None

    def later(self):
        self.clock.advance(LOOK_EVERY + 0.01)
        self.lists.tick()


@pytest.fixture
def changing(tmp_path):
    return Changing(tmp_path / "list.txt")


class TestFile:
    def test_inline_entries_stand_beside_it(self, changing):
        assert changing.has("203.0.113.5") and changing.has("192.0.2.1") and not changing.has("192.0.2.2")

    def test_it_is_read_again_when_it_has_changed(self, changing):
        changing.write("192.0.2.2")
        changing.later()
        assert changing.has("192.0.2.2") and not changing.has("192.0.2.1")

    def test_it_is_not_looked_at_more_than_once_a_second(self, changing):
        changing.write("192.0.2.2")
        changing.clock.advance(LOOK_EVERY / 2)
        assert changing.has("192.0.2.1")

    def test_a_look_up_is_enough_to_notice_a_change(self, changing):
        changing.write("192.0.2.2")
        changing.clock.advance(LOOK_EVERY + 0.01)
        assert changing.has("192.0.2.2")

    def test_a_broken_new_file_keeps_the_old_contents_and_raises_an_alarm(self, changing):
        changing.write("192.0.2.2\nnonsense")
        changing.later()
        assert changing.has("192.0.2.1") and not changing.has("192.0.2.2")
        (alarm,) = changing.lists.alarms()
        assert 'line 2: "nonsense"' in alarm

    def test_a_broken_file_is_not_read_every_second(self, changing):
        changing.write("nonsense")
        changing.later()
        changing.later()
        assert len(changing.lists.alarms()) == 1

    def test_the_alarm_ends_when_the_file_is_good_again(self, changing):
        changing.write("nonsense")
        changing.later()
        changing.write("192.0.2.3")
        changing.later()
        assert changing.lists.alarms() == () and changing.has("192.0.2.3")

    def test_a_file_that_vanishes_keeps_its_contents_until_it_is_back(self, changing):
        changing.path.unlink()
        changing.later()
        assert changing.has("192.0.2.1") and "No such file" in changing.lists.alarms()[0]
        changing.write("192.0.2.4")
        changing.later()
        assert changing.lists.alarms() == () and changing.has("192.0.2.4")

    def test_a_long_file_is_read_a_slice_at_a_time_and_takes_over_when_it_is_complete(self, changing):
        changing.write("\n".join(["192.0.2.9"] * (3 * SLICE)))
        changing.clock.advance(LOOK_EVERY + 0.01)
        seen = [changing.has("192.0.2.9") for _ in range(5)]
        assert seen == [False, False, False, True, True]

    def test_names_and_addresses_come_from_it_too(self, tmp_path):
        table = in_file(tmp_path, "ann@example.net\n.example.org\n")
        assert table.has_address(mailbox("ann@example.net")) and table.has_name("a.example.org")


def test_a_list_without_a_file_is_a_plain_table():
    assert isinstance(listed("192.0.2.1"), Table)


NAMES = st.lists(st.sampled_from(["a", "b", "example"]), min_size=1, max_size=4).map(".".join)
ENTRIES = st.lists(
    st.one_of(
        NAMES.map("@{}".format),
        NAMES.map("@.{}".format),
        NAMES.map("ann@{}".format),
        NAMES.map(".{}".format),
        NAMES,
        st.sampled_from(["<>", "192.0.2.0/24", "192.0.2.1", "2001:db8::/32"]),
    ),
    max_size=5,
).map(tuple)


@given(ENTRIES, NAMES, st.sampled_from(["ann", "bob"]))
def test_it_covers_what_going_through_the_entries_would(entries, domain, local):
    """The fake of the tests goes through all entries; who is covered must not depend on how."""
    fast, plain = listed(*entries), FakeLists().open(entries, None)
    for ask in (Address(local, Domain(domain)), None):
        assert (fast.has_address(ask) is None) == (plain.has_address(ask) is None)
    assert (fast.has_name(domain) is None) == (plain.has_name(domain) is None)
    for ip in map(ip_address, ("192.0.2.1", "192.0.3.1", "2001:db8::1")):
        assert (fast.has_network(ip) is None) == (plain.has_network(ip) is None)
