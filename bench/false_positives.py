"""Which honest mail would be refused or held for what it holds? Over a corpus of mail that is known to be honest.

    .venv/bin/python -m bench.false_positives CORPUS

Each message is looked into as the gateway does, and judged by `mime`, `attachments` and the embedded rules as they are
with nothing configured. Every one that would not pass is printed with its reason; the kinds of reasons at the end.
CORPUS: see `tools/corpus.py`.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

from gatepost.adapters.inspection.embedded_rules import EmbeddedRules
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.adapters.inspection.walk import Walk
from gatepost.checks.attachments import Attachments, Config
from gatepost.checks.mime import report
from gatepost.model.inspection import Inspection
from gatepost.model.samples import found, message
from gatepost.model.verdict import Action
from gatepost.policy.shipped_rules import FACTS, MALWARE, UNSCANNABLE
from tools.corpus import examples

ORDERS = InspectionSettings.model_validate({}).orders()
CHECK = Attachments(Config())


def outcomes() -> dict[str, str]:
    """What becomes of a message by finding code."""
    said = {code: "held" for rule in UNSCANNABLE for code in rule.codes}
    for rule in (*MALWARE, *FACTS):
        if rule.action is Action.REJECT and rule.name != "mime-ambiguous":
            said |= dict.fromkeys(rule.codes, "refused")
    for wish in Attachments.wishes(Config()):
        said |= dict.fromkeys(wish.codes, wish.outcome)
    return said


def codes_of(inspection: Inspection) -> dict[str, str]:
    """What is found, with its detail."""
    at = message(so_far=found(values=(inspection,)))
    findings = (*report(inspection).findings, *CHECK(at).findings)
    matched = [name for item in inspection.items for name in item.engines]
    said = {finding.code: finding.detail for finding in findings}
    return said | ({"antivirus.embedded": ", ".join(matched)} if matched else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    rules, becomes = EmbeddedRules(), outcomes()
    count, reasons = Counter[str](), Counter[str]()
    used = slowest = 0.0
    for example in examples(parser.parse_args().corpus):
        if example.is_spam:
            continue
        began = time.process_time()
        walk = Walk(ORDERS.allowance, ORDERS.limits, rules.matches, time.process_time)
        codes = codes_of(walk.inspect(example.octets))
        took = time.process_time() - began
        used, slowest = used + took, max(slowest, took)
        fates = {becomes.get(code, "") for code in codes}
        fate = next((each for each in ("refused", "held") if each in fates), "passes")
        count[fate] += 1
        if fate != "passes":
            why = {code: detail for code, detail in codes.items() if becomes.get(code) == fate}
            reasons.update([f"{fate} {code}" for code in why])
            print(f"{fate}  {example.name}  {'; '.join(f'{code} {detail}' for code, detail in why.items())}")
    total = count.total()
    print(f"\n{total} honest messages: {count['refused']} refused, {count['held']} held")
    print("\n".join(f"  {number} {reason}" for reason, number in reasons.most_common()))
    print(f"CPU {used / total * 1000:.2f} ms each, the slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    main()
