"""How is a condition of an operator's rule evaluated? CEL (Common Expression Language), by `cel-expr-python`.

Evaluation is bounded: CEL has no loops but macros over lists, whose steps the library counts; the source is short;
and regular expressions are RE2's, linear in time. Names with dots are single variables, so a finding's code stands
beside facts such as `sender.domain`. Beyond CEL's own there is one function: `client.ip.inNetwork('192.0.2.0/24')`.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from ipaddress import ip_address, ip_network

from cel_expr_python import cel

from gatepost.model.rule import Condition
from gatepost.ports.expressions import BadExpression, ConditionFailed

SOURCE_LIMIT = 4000  # characters
TYPES = {
    str: cel.Type.STRING,
    int: cel.Type.INT,
    float: cel.Type.DOUBLE,
    bool: cel.Type.BOOL,
    list: cel.Type.List(cel.Type.STRING),
}
ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
NETWORK = re.compile(r"inNetwork\s*\(\s*(['\"])(.*?)\1\s*\)")
RUN_TIME_ERRORS = (RuntimeError, ValueError, TypeError, UnicodeError)
"""What the library raises for a value that it cannot take, or when its count of steps is used up."""


def in_network(address: str, network: str) -> bool:
    """Behind `inNetwork`; a value that is no address is a failed condition."""
    return ip_address(address) in ip_network(network)


IN_NETWORK = cel.FunctionDecl(
    "inNetwork",
    [
        cel.Overload(
            "in_network_string_string",
            return_type=cel.Type.BOOL,
            parameters=[cel.Type.STRING, cel.Type.STRING],
            is_member=True,
            impl=in_network,
        )
    ],
)


class CelExpressions:
    """Compiles conditions; holds nothing."""

    def compile(self, source: str, facts: Mapping[str, type], codes: Sequence[str]) -> Condition:
        """See `gatepost.ports.expressions.Expressions`."""
        if len(source) > SOURCE_LIMIT:
            raise BadExpression(f"longer than {SOURCE_LIMIT} characters")
        reject_bad_networks(source)
        variables = {name: TYPES[kind] for name, kind in facts.items()} | dict.fromkeys(codes, cel.Type.BOOL)
        try:
            expression = cel.NewEnv(variables=variables, functions=[IN_NETWORK]).compile(source)
        except RUN_TIME_ERRORS as error:
            raise BadExpression(reason(str(error), source, [*facts, *codes])) from None
        if expression.return_type() != cel.Type.BOOL:
            kind = expression.return_type().name().lower()
            raise BadExpression(f"gives {kind}, not true or false: compare it with something")
        return CelCondition(
            expression,
            tuple(name for name in facts if may_occur(name, source)),
            tuple(code for code in codes if may_occur(code, source)),
        )


class CelCondition:
    """One compiled condition; reads of what is known only what its source names."""

    __slots__ = ("codes", "expression", "facts")

    def __init__(self, expression: cel.Expression, facts: tuple[str, ...], codes: tuple[str, ...]) -> None:
        self.expression = expression
        self.facts = facts
        self.codes = codes

    def __call__(self, known: Mapping[str, object]) -> bool:
        seen = {name: known[name] for name in self.facts}
        for code in self.codes:
            seen[code] = known.get(code, False)
        try:
            value = self.expression.eval(data=seen).value()
        except RUN_TIME_ERRORS as error:
            raise ConditionFailed(str(error)) from error
        if not isinstance(value, bool):  # an error value, such as a division by zero
            raise ConditionFailed(str(value))
        return value


def may_occur(name: str, source: str) -> bool:
    """All parts of the name occur in the source, wherever: too many names do no harm, one missing would."""
    return all(part in source for part in name.split("."))


def reject_bad_networks(source: str) -> None:
    """Networks written out are wrong at start-up, not when the first client comes."""
    for _, network in NETWORK.findall(source):
        try:
            ip_network(network)
        except ValueError as error:
            raise BadExpression(f"inNetwork('{network}'): {error}") from None


def reason(error: str, source: str, names: Sequence[str]) -> str:
    """The library's first complaint with its place, and what may have been meant."""
    complaint = ERROR.search(error)
    if complaint is None:
        return "nested too deeply" if "recursion" in error else error.partition("[")[0].strip()
    line, column, text = complaint.groups()
    place = f"column {column}" if "\n" not in source else f"line {line}, column {column}"
    undeclared = UNDECLARED.search(text)
    if undeclared is None:
        return f"{place}: {text.partition(' expecting ')[0]}"
    name = undeclared[1]
    near = get_close_matches(name, names, n=3) or [n for n in names if n.startswith(f"{name}.")][:3]
    hint = f"did you mean {' or '.join(near)}?" if near else "see docs/reference for facts and finding codes"
    return f"{place}: there is no fact or finding {name}; {hint}"
