"""What does the domain itself say about a FAIL (RFC 7208 §6.2)?

Whatever goes wrong here, the result stands: there is no explanation then. The text can end up in an SMTP reply, so
nothing but printable ASCII comes out, whatever macros put in (AUTHN-38).
"""

from gatepost.auth.spf.errors import BadRecord, SpfError
from gatepost.auth.spf.evaluate import Evaluation, Outcome
from gatepost.auth.spf.expand import UNKNOWN, Values, expanded_name, expanded_text
from gatepost.auth.spf.limits import EXPLANATION_LIMIT
from gatepost.auth.spf.macros import MacroString, macro_string
from gatepost.syntax.printable import printable


async def explanation(evaluation: Evaluation, outcome: Outcome) -> str:
    """The text the deciding record points to, "" if there is none or not exactly one."""
    if outcome.exp is None:
        return ""
    try:
        name = expanded_name(outcome.exp, await values(evaluation, outcome.exp, outcome.domain))
        texts = (await evaluation.lookups.texts(name)).records if name else ()
        if len(texts) != 1:
            return ""
        string = explain_string(texts[0])
        limit = evaluation.lookups.limits.explanation
        return printable(expanded_text(string, await values(evaluation, string, outcome.domain), limit), limit)
    except (SpfError, BadRecord):
        return ""


def explain_string(octets: bytes) -> MacroString:
    if len(octets) > EXPLANATION_LIMIT or not octets.isascii():
        raise BadRecord("explanation too long or beyond ASCII")
    return macro_string(octets.decode("ascii"), explains=True)


async def values(evaluation: Evaluation, string: MacroString, domain: str) -> Values:
    """Terms are not counted any more: the result is known."""
    client_name = await evaluation.client_names.best(domain) if "p" in string.letters else UNKNOWN
    return Values(evaluation.subject, domain, client_name)
