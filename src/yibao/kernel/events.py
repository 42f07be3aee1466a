"""Events: what one room tells the rooms after it, in words that never change their meaning.

Calls go one way through the house; what must travel on (or back) travels as an `Event` that the store writes
to its outbox in the same transaction as the act itself. The vocabulary is closed: a new kind is a new line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from yibao.kernel.errors import Refused, Text

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""What an event may carry: JSON without fractions, because no float touches money."""


class EventKind(StrEnum):
    """Every kind of event there is, written ``subject.what_happened``."""

    AUDIT_FINISHED = "audit.finished"
    BATCH_CORRECTED = "batch.corrected"
    BATCH_PUBLISHED = "batch.published"
    BILL_SETTLED_AGAIN = "bill.settled_again"
    CASE_CLOSED = "case.closed"
    CASE_DECIDED = "case.decided"
    CASE_REVOKED = "case.revoked"
    FINDING_FOUND = "finding.found"
    FINDING_NOTICED = "finding.noticed"
    FINDING_WITHDRAWN = "finding.withdrawn"
    KNOWLEDGE_LOADED = "knowledge.loaded"
    MONEY_RESTORED = "money.restored"


def refuse_fractions(value: object, where: str) -> None:
    """Refuse what is not JSON without fractions (``kernel.event_body``); ``where`` names the place in the text."""
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, list):
        for i, item in enumerate(value):
            refuse_fractions(item, f"{where}[{i}]")
        return
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for key, item in value.items():
            refuse_fractions(item, f"{where}.{key}")
        return
    raise Refused(
        "kernel.event_body",
        zh="事件与任务的内容只能是不含小数的 JSON",
        en="events and jobs carry JSON without fractions only",
        where=where,
        wanted="null, bool, int, str, list, dict[str, …]",
        came=f"{type(value).__name__}: {value!r}",
        todo=Text(zh="金额用整数分，日期用整数", en="write money in integer fen and dates as integers"),
    )


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as it is written to the outbox.

    ``subject`` is the id of what it happened to (a batch, a run, a finding); ``body`` is JSON without floats;
    ``actor`` is who did it, None when a programme did on schedule. A text that names a kind is taken as it.

    Raises `Refused` (``kernel.event_kind``, ``kernel.event_body``).
    """

    kind: EventKind
    subject: str
    body: Mapping[str, Json] = field(default_factory=dict)
    actor: str | None = None

    def __post_init__(self) -> None:
        try:
            kind = EventKind(self.kind)
        except ValueError:
            raise Refused(
                "kernel.event_kind",
                zh="没有这一种事件",
                en="there is no such kind of event",
                where=self.subject,
                wanted=" | ".join(EventKind),
                came=str(self.kind),
            ) from None
        body = dict(self.body)
        refuse_fractions(body, "body")
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "body", MappingProxyType(body))

    def body_json(self) -> str:
        """Give the body as one canonical line of JSON (keys sorted, Chinese as it is)."""
        return json.dumps(dict(self.body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
