"""Each stage knows all that the one before knew."""

import pytest
from msgspec import structs

from gatepost.model.limits import Limits
from gatepost.model.samples import connect, data, helo, mail, message, rcpt
from gatepost.model.stage import ConnectStage, DataStage, HeloStage, MailStage, MessageStage, RcptStage

CHAIN = [
    (ConnectStage, connect()),
    (HeloStage, helo()),
    (MailStage, mail()),
    (DataStage, data()),
    (MessageStage, message()),
]


@pytest.mark.parametrize("number", range(len(CHAIN)))
def test_a_later_stage_is_one_of_every_earlier_kind(number):
    assert all(isinstance(CHAIN[number][1], kind) for kind, _ in CHAIN[: number + 1])
    assert not any(isinstance(CHAIN[number][1], kind) for kind, _ in CHAIN[number + 1 :])


def test_a_recipient_is_offered_within_a_transaction():
    assert isinstance(rcpt(), MailStage) and isinstance(rcpt(), RcptStage) and not isinstance(rcpt(), DataStage)


@pytest.mark.parametrize("stage", [stage for _, stage in CHAIN])
def test_a_stage_never_changes(stage):
    with pytest.raises(AttributeError):
        stage.now = 0.0
    assert structs.replace(stage, now=0.0).now == 0.0 != stage.now


def test_a_hundred_recipients_are_the_least_that_is_asked_for():
    assert Limits().recipients_per_message >= 100  # RFC 5321 §4.5.3.1.8
