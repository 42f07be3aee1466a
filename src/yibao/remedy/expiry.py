"""When a record is over (到期): nothing is deleted, it is no longer counted, shown or used from a day on; pure.

Public-credit information is shown for at least and at most so many months by its class (信用修复管理办法). How long a fact
counts for a medical-insurance grade, the indicators say, each for itself (`credit`); points clear on 1 January (`points`).
"""

from __future__ import annotations

from dataclasses import dataclass

from yibao.archive.files import Fact
from yibao.kernel import add_months
from yibao.policy import Policy, Value
from yibao.remedy.model import Seriousness


@dataclass(frozen=True, slots=True)
class Shown:
    """From when until when public-credit information is shown, and from when it may be repaired."""

    seriousness: Seriousness
    from_day: int
    repairable_from: int
    until_day: int
    """The first day on which it is shown no more, repaired or not."""
    least: Value
    most: Value


def class_of(policy: Policy, fact: Fact, day: int) -> tuple[Seriousness, Value]:
    """Give the class of the information that a decision makes, by its article, and the rule that says so."""
    value = policy.at(f"remedy.public.class_{fact.body.get('article', 'other')}", day)
    return Seriousness(str(value.value)), value


def shown(policy: Policy, fact: Fact, day: int, seriousness: Seriousness | None = None) -> Shown:
    """Give how long the information that a decision makes is shown, by the rules of a day."""
    of = class_of(policy, fact, day)[0] if seriousness is None else seriousness
    least = policy.at(f"consequence.publication.{of}.least_months", day)
    most = policy.at(f"consequence.publication.{of}.most_months", day)
    return Shown(
        of, fact.day, add_months(fact.day, least.number), add_months(fact.day, most.number), least, most
    )
