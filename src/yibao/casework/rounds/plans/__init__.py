"""Deduction plans (扣款计划): which decided lines are deducted, and which refunds are given back, in which month."""

from __future__ import annotations

from yibao.casework.rounds.plans.service import (
    Item,
    Plan,
    both,
    drop,
    execute,
    find_plan,
    list_plans,
    plan,
    summary,
    write_plan,
)

__all__ = [
    "Item",
    "Plan",
    "both",
    "drop",
    "execute",
    "find_plan",
    "list_plans",
    "plan",
    "summary",
    "write_plan",
]
