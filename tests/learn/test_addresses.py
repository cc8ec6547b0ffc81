from gatepost.learn.addresses import Sender, identity_features, mailer_features, reply_features, sender_features
from tests.learn.letters import header


def test_a_name_that_fits_its_domain_is_told_from_one_that_does_not():
    own = set(sender_features(Sender(b"Paypal <service@paypal.example>")))
    other = set(sender_features(Sender(b"Paypal <service@mailer77.example>")))
    assert "name:fits:True:False:False" in own
    assert "name:fits:False:False:False" in other


def test_an_address_in_the_name_is_noticed():
    assert "name:other-address" in set(sender_features(Sender(b'"boss@example.com" <x@other.example>')))
    assert "name:address" in set(sender_features(Sender(b'"x@other.example" <x@other.example>')))


def test_answers_that_go_elsewhere_are_noticed():
    sender = Sender(b"Ann <ann@example.com>")
    assert list(reply_features(sender, None)) == ["reply:none"]
    assert list(reply_features(sender, b"ann@example.com")) == ["reply:same"]
    assert list(reply_features(sender, b"bob@example.com")) == ["reply:same-domain"]
    assert list(reply_features(sender, b"bob@mail.example.com")) == ["reply:same-owner"]
    assert list(reply_features(sender, b"ann@gmail.com")) == ["reply:other:True:False"]


def test_an_identity_is_told_by_its_shape_and_whose_it_is():
    sender = Sender(b"ann@gmail.com")
    assert {"id:same", "id:x"} <= set(identity_features(sender, b"<a1b2c3@gmail.com>"))
    assert "id:free-but-other" in set(identity_features(sender, b"<1@elsewhere.example>"))
    assert list(identity_features(sender, None)) == ["id:none"]
    assert "id:malformed" in set(identity_features(sender, b"nonsense"))


def test_a_mail_without_a_sender_has_features():
    assert "from:mailboxes:0" in set(sender_features(Sender(None)))
    assert "from:mailboxes:0" in set(sender_features(Sender(b"")))


def test_a_program_is_named_without_its_version():
    assert "mailer:mutt" in set(mailer_features(header(user_agent="Mutt/1.10.1")))
    assert list(mailer_features(())) == ["mailer:none"]
