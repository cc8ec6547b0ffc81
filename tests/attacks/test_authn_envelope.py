"""AUTHN-02, AUTHN-07: what SPF is asked about is the address that MAIL FROM names, and nothing that only looks so."""

import pytest

from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.path import reverse_path


@pytest.mark.parametrize(
    "path",
    ["<(any@victim.example>", "<(any@victim.example)@attacker.example>", "<any@victim.example(>",
     "<any@(c)victim.example>", "<any@victim.example(.attacker.example>",
     "<any@victim.example\x00.attacker.example>", "<any@victim.example,x@y>"],
)  # fmt: skip
def test_authn_02_a_comment_in_mail_from_is_refused(path):
    with pytest.raises(BadSyntax):
        reverse_path(path)


@pytest.mark.parametrize(
    "path", ["<@victim.example:any@attacker.example>", "<@a,@victim.example:any@attacker.example>"]
)
def test_authn_07_a_source_route_in_mail_from_is_refused(path):
    with pytest.raises(BadSyntax, match="source routes"):
        reverse_path(path)
