"""How a message came that these tests ask engines about."""

from gatepost.adapters.engines.arrival import Arrival

ARRIVAL = Arrival(
    ip="203.0.113.5", helo="mx.sender.test", name="mx1.sender.test", sender="ann@sender.test",
    recipients=("bob@example.test", "carol@example.test"), transaction="t-1", user="", esmtp=True, tls=True,
    now=1704103200.0,
)  # fmt: skip
LETTER = (
    b"Received: from client.sender.test (client.sender.test [198.51.100.7])\r\n"
    b"\tby mx.sender.test (Postfix) with ESMTPSA id 1; %s\r\n"
    b"From: Ann Example <ann@sender.test>\r\nTo: Bob <bob@example.test>\r\nSubject: minutes of the meeting\r\n"
    b"Date: %s\r\nMessage-ID: <20240101.1@sender.test>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    b"Hello Bob,\r\n\r\nthank you for the minutes of the meeting on Monday. I have read them with joy, and have\r\n"
    b"only one remark: the next meeting is on the ninth, not on the eighth. Could you correct that, please?\r\n\r\n"
    b"Kind regards\r\nAnn\r\n"
)
