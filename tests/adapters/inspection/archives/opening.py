"""Opens a thing as the walk does, and sorts what came out."""

import time
from typing import NamedTuple

from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.adapters.inspection.registry import OPENERS
from gatepost.model.inspection import Trait


class Opened(NamedTuple):
    members: list
    traits: list
    over: str
    error: Exception | None

    @property
    def content(self):
        return {member.name: member.octets for member in self.members if not member.alike}

    @property
    def codes(self):
        """Of all traits, the archive's and its members'."""
        inner = [trait for member in self.members for trait in member.traits]
        return {trait.code for trait in [*self.traits, *inner]}

    @property
    def details(self):
        return {trait.detail for trait in self.traits}


def opened(kind, octets, *, names=(), passwords=(), **allowance):
    budget = Budget(Allowance(**allowance), time.process_time)
    members, traits, over, broken = [], [], "", None
    try:
        for found in OPENERS[kind](octets, Hints(names=names, passwords=passwords), budget):
            if isinstance(found, Member):
                budget.member()
                members.append(found)
            else:
                assert isinstance(found, Trait)
                traits.append(found)
    except OverBudget as error:
        over = str(error)
    except Exception as error:
        broken = error
    return Opened(members, traits, over, broken)
