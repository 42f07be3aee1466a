"""Looking at sensitive files: every look is written down, in the transaction that gives the file, before it is given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yibao.access import store
from yibao.access.deciding import allows, check
from yibao.access.model import Actor, Purpose, Target
from yibao.access.permissions import Permission
from yibao.access.scoping import NO_CASE, scope
from yibao.kernel import CHINA, Refused, Text
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the access log: who looked at what, whose, why, for which case, and when."""

    number: int
    at: datetime
    account: str
    permission: Permission
    what: str
    subject: str
    purpose: Purpose
    case: str | None

    def as_json(self) -> dict[str, Any]:
        """Give what ``yibao access log --json`` prints of it."""
        return {
            "number": self.number,
            "at": self.at.astimezone(CHINA).isoformat(timespec="seconds"),
            "account": self.account,
            "permission": str(self.permission),
            "what": self.what,
            "subject": self.subject,
            "purpose": str(self.purpose),
            "case": self.case,
        }


def read_of_file(
    unit: UnitOfWork,
    actor: Actor,
    *,
    what: str,
    subject: str,
    target: Target,
    purpose: Purpose,
    case: str | None = None,
    case_open: bool = False,
    unmasked: Sequence[str] = (),
) -> int:
    """Write that somebody looks at a sensitive file, and give the number of the line; refuses who may not.

    ``what`` is the kind of file (``bill``, ``case file``), ``subject`` which one; ``unmasked`` are the sensitivities whose
    fields he is shown as they are. The file is to be given only after this has returned.

    Raises `Refused`: ``access.unmask`` (nothing shows those fields for this purpose), and as `check`.
    """
    check(actor, Permission.FILE_READ, target)
    for sensitivity in unmasked:
        if not allows(
            actor,
            Permission.FILE_UNMASK,
            target,
            purpose=purpose,
            case_open=case_open,
            sensitivity=sensitivity,
        ):
            raise Refused(
                "access.unmask",
                zh=f"{actor.name} 为“{purpose.label.zh}”不能查看未脱敏字段",
                en=f"{actor.name} may not see fields unmasked for {purpose.label.en}",
                where=subject,
                came=f"{sensitivity}, {'open case' if case_open else 'no open case'}",
                todo=Text(
                    zh="在未结案件中为办案查看，或看脱敏的",
                    en="look for casework within an open case, or masked",
                ),
            )
    return store.log(
        unit.connection,
        {
            "account": actor.name,
            "permission": str(Permission.FILE_UNMASK if unmasked else Permission.FILE_READ),
            "what": what,
            "subject": subject,
            "purpose": str(purpose),
            "case_subject": case,
            "region": str(target.region) if target.region else None,
            "institution_id": target.institution_id,
            "person_id": target.person_id,
        },
    )


def read_log(unit: UnitOfWork, by: Actor, *, account: str | None = None, limit: int = 100) -> list[Look]:
    """Give the newest lines of the access log in the reader's region; reading it is itself a line.

    Raises `Refused` as `check` does.
    """
    check(by, Permission.ACCESS_READ_LOG, Target(region=by.region))
    seen = scope(
        by, Permission.ACCESS_READ_LOG, institution="x.institution_id", person="x.person_id", subject=NO_CASE
    )
    store.log(
        unit.connection,
        {
            "account": by.name, "permission": str(Permission.ACCESS_READ_LOG), "what": "access log",
            "subject": account or "*", "purpose": str(Purpose.OVERSIGHT), "region": str(by.region),
        },
    )  # fmt: skip
    return [
        Look(
            r.id,
            r.at,
            r.account,
            Permission(r.permission),
            r.what,
            r.subject,
            Purpose(r.purpose),
            r.case_subject,
        )
        for r in store.log_lines(unit.connection, seen.sql, seen.parameters, account, limit)
    ]


def watermark(actor: Actor, at: datetime, purpose: Purpose, content: bytes) -> Text:
    """Give the line that every page or sheet of an export carries: who, when, for what, and a short digest.

    ``content`` is what the export says (its rows as bytes, not the file, which holds this line); twelve hex digits of its
    SHA-256 show which export a copy came from.
    """
    digest = hashlib.sha256(content).hexdigest()[:12]
    when = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    who = f"{actor.holder}（{actor.name}）" if actor.holder and actor.holder != actor.name else actor.name
    return Text(
        zh=f"{who} {when} 用于{purpose.label.zh} {digest}",
        en=f"{actor.name} {when} for {purpose.label.en} {digest}",
    )
