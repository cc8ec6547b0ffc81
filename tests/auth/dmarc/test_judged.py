from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.dmarc.evaluate import Authenticated, DmarcResult, Method, Outcome
from gatepost.auth.dmarc.judged import DmarcJudged, authenticated, identifiers, is_within
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.spf.result import Spf, SpfResult


def result(author, policy=Policy.NONE, outcome=Outcome.FAIL):
    return DmarcResult(outcome=outcome, author=author, reason="", policy=policy)


def signature(domain, reason=Reason.VERIFIED):
    return DkimResult(reason=reason, domain=domain)


def spf(result=Spf.PASS, domain="spf.example", **more):
    return SpfResult(result=result, domain=domain, **more)


def test_of_several_authors_the_strictest_owner_decides():
    found = DmarcJudged(
        (result("a.example"), result("b.example", Policy.REJECT), result("c.example", Policy.QUARANTINE))
    )
    assert found.worst.author == "b.example" and not found.passes


def test_it_passes_only_for_every_author():
    good = result("a.example", outcome=Outcome.PASS)
    assert DmarcJudged((good, good)).passes and not DmarcJudged((good, result("b.example"))).passes


def test_identifiers_say_what_was_looked_at_and_how_it_went():
    reasons = {"a.example": Reason.VERIFIED, "b.example": Reason.NO_ANSWER, "c.example": Reason.BODY, "": Reason.TAGS}
    signed = DkimResults(tuple(signature(domain, reason) for domain, reason in reasons.items()))
    found = identifiers(spf(Spf.TEMPERROR), signed)
    assert [(each.method, each.domain, each.authenticated) for each in found] == [
        (Method.SPF, "spf.example", Authenticated.UNKNOWN),
        (Method.DKIM, "a.example", Authenticated.YES),
        (Method.DKIM, "b.example", Authenticated.UNKNOWN),
        (Method.DKIM, "c.example", Authenticated.NO),
    ]
    assert identifiers(None, None) == [] and identifiers(spf(domain=""), None) == []


def test_only_what_passes_vouches_and_the_authors_domain_comes_first():
    signed = DkimResults((signature("a.example"), signature("b.example", Reason.BODY), signature("c.example")))
    assert authenticated(spf(), signed, ("c.example",)) == ("c.example", "a.example", "spf.example")
    assert authenticated(spf(Spf.FAIL), None) == () == authenticated(None, None)


def test_AUTHN_39_an_spf_pass_for_everybody_vouches_for_nobody():
    assert authenticated(spf(is_weak=True), None) == ()


def test_a_name_is_within_itself_and_what_is_above_it():
    lists = frozenset(("lists.example",))
    assert is_within("lists.example", lists) and is_within("a.b.lists.example", lists)
    assert not is_within("blists.example", lists) and not is_within("example", lists)
