"""Accounts (账户): who opens them, who gives them roles, who acts, and who must stay out of a case (回避).

No account is of use before two people have acted: a system administrator opens it, a security administrator gives it a
role, and neither can do what the other does. A home without accounts has one user, `local_actor`; the first three accounts
are the three administrators, opened together, and from then on everybody acts in a name of his own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from yibao.access import refusing, store
from yibao.access.deciding import check
from yibao.access.model import DUTIES, LOCAL_NAME, Actor, Role, Target, local_actor
from yibao.access.permissions import Permission
from yibao.kernel import Region
from yibao.store import Register, UnitOfWork

RESERVED: Final = frozenset({LOCAL_NAME, "public", "none", "nobody", "matrix", "outbox", "cli"})
"""Names that stand for something else in policies, events and the log."""

BELONGING: Final = {
    Role.INSTITUTION_STAFF: "institution_id",
    Role.INSURED_PERSON: "person_id",
    Role.PARTNER_DEPARTMENT: "partner",
    Role.PRACTITIONER: "practitioner_id",
}
"""What an account must belong to before it can hold a role that sees its own things only."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is listed: whose, where, by whom opened, with which roles given by whom."""

    name: str
    holder: str
    region: Region
    roles: Mapping[Role, str]
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Give what ``yibao access list --json`` prints of it."""
        return {
            "name": self.name,
            "holder": self.holder,
            "region": str(self.region),
            "roles": {str(role): by for role, by in self.roles.items()},
            "opened_by": self.opened_by,
            "opened_at": self.opened_at.isoformat(),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
        }


# — who acts —


def acting(register: Register, name: str | None) -> Actor:
    """Give who acts: the account of that name; without a name the single user of a home that has no accounts.

    Raises `Refused`: ``access.who`` (a home with accounts must be told which), ``access.unknown_account``,
    ``access.closed_account``.
    """
    with register.unit_of_work(name or LOCAL_NAME) as unit:
        if name is not None:
            return actor_of(unit, name)
        if store.has_accounts(unit.connection):
            raise refusing.nobody_named()
    return local_actor()


def actor_of(unit: UnitOfWork, name: str) -> Actor:
    """Give the actor of an open account, with the roles and recusals that stand now."""
    row = _open(unit.connection, name)
    recusals = store.recusals_of(unit.connection, row.id)
    return Actor(
        id=row.id, name=row.name, holder=row.holder, region=Region(row.region),
        roles=frozenset(Role(r.role) for r in store.roles_of(unit.connection, [row.id])),
        institution_id=row.institution_id, person_id=row.person_id, practitioner_id=row.practitioner_id,
        partner=row.partner,
        recused=frozenset(r.subject for r in recusals if r.subject is not None),
        recused_institutions=frozenset(r.institution_id for r in recusals if r.institution_id is not None),
    )  # fmt: skip


def has_accounts(unit: UnitOfWork) -> bool:
    """Say whether a home has accounts; without them it has the single user, and nobody else to name."""
    return store.has_accounts(unit.connection)


def list_accounts(unit: UnitOfWork, by: Actor) -> list[Account]:
    """Give all accounts that the actor may see, oldest first; refuses who may see none."""
    check(by, Permission.ACCESS_READ_ACCOUNTS, Target(region=by.region))
    rows = [r for r in store.accounts(unit.connection) if by.region.contains(Region(r.region))]
    held: dict[int, dict[Role, str]] = {}
    for role in store.roles_of(unit.connection, [row.id for row in rows]):
        held.setdefault(role.account, {})[Role(role.role)] = role.given_by
    return [
        Account(r.name, r.holder, Region(r.region), held.get(r.id, {}), r.opened_by, r.opened_at, r.closed_at)
        for r in rows
    ]


# — opening and closing —


def found(unit: UnitOfWork, region: Region, *, system: str, security: str, audit: str) -> None:
    """Open the first three accounts of a home, one for each administrator's duty; they are three people.

    Raises `Refused`: ``access.founded`` (there are accounts already), ``access.account_name``, ``access.duties``.
    """
    store.lock_accounts(unit.connection)
    if store.has_accounts(unit.connection):
        raise refusing.founded()
    names = {
        Role.SYSTEM_ADMINISTRATOR: system, Role.SECURITY_ADMINISTRATOR: security, Role.AUDIT_ADMINISTRATOR: audit,
    }  # fmt: skip
    if len(set(names.values())) < len(names):
        raise refusing.duties(", ".join(names.values()), "三个账户", "three accounts")
    for role, name in names.items():
        key = _write(unit, name, holder=name, region=str(region), opened_by=LOCAL_NAME)
        store.give_role(unit.connection, key, role, LOCAL_NAME)


def open_account(
    unit: UnitOfWork,
    by: Actor,
    name: str,
    *,
    holder: str,
    region: Region,
    institution_id: int | None = None,
    practitioner_id: int | None = None,
    person_id: int | None = None,
    partner: str | None = None,
) -> int:
    """Open an account without roles and give its id; a system administrator does it.

    Raises `Refused`: ``access.account_name`` (not well formed, reserved, or used before), and as `check`.
    """
    check(by, Permission.ACCESS_OPEN_ACCOUNT, Target(region=region))
    return _write(
        unit, name, holder=holder, region=str(region), institution_id=institution_id,
        practitioner_id=practitioner_id, person_id=person_id, partner=partner, opened_by=by.name,
    )  # fmt: skip


def close_account(unit: UnitOfWork, by: Actor, name: str) -> None:
    """Close an account for good and take its roles; a system administrator does it, and never to himself.

    Raises `Refused`: ``access.self``, ``access.last_duty``, and as `check`.
    """
    row = _open(unit.connection, name, lock=True)
    check(by, Permission.ACCESS_CLOSE_ACCOUNT, Target(region=Region(row.region)))
    if by.name == name:
        raise refusing.not_oneself(name)
    for role in _held(unit.connection, row.id):
        _keep_duty(unit.connection, row.id, role)
    store.close_account(unit.connection, row.id, by.name)


# — roles —


def give_role(unit: UnitOfWork, by: Actor, name: str, role: Role) -> None:
    """Give an account a role; a security administrator does it, never to himself nor to an account that he opened.

    Raises `Refused`: ``access.duties`` (an administrator's duty is held alone, 三权分立), ``access.belongs`` (the role sees
    one's own things only, and the account belongs to none), ``access.self``, ``access.role_held``, and as `check`.
    """
    row = _open(unit.connection, name, lock=True)
    check(
        by, Permission.ACCESS_GIVE_ROLE,
        Target(region=Region(row.region), done_by=frozenset({row.opened_by})),
    )  # fmt: skip
    if by.name == name:
        raise refusing.not_oneself(name)
    held = _held(unit.connection, row.id)
    if role in held or role is Role.PUBLIC:
        raise refusing.role_held(name, role)
    if held and (role.is_duty or held & DUTIES):
        raise refusing.duties(
            name, "、".join(r.label.zh for r in sorted({role, *held})), ", ".join(sorted({role, *held}))
        )
    belonging = BELONGING.get(role)
    if belonging is not None and getattr(row, belonging) is None:
        raise refusing.belongs_nowhere(name, role, belonging)
    store.give_role(unit.connection, row.id, role, by.name)


def take_role(unit: UnitOfWork, by: Actor, name: str, role: Role) -> None:
    """Take a role from an account; a security administrator does it.

    Raises `Refused`: ``access.role_not_held``, ``access.last_duty``, ``access.self``, and as `check`.
    """
    row = _open(unit.connection, name, lock=True)
    check(by, Permission.ACCESS_GIVE_ROLE, Target(region=Region(row.region)))
    if by.name == name:
        raise refusing.not_oneself(name)
    _keep_duty(unit.connection, row.id, role)
    if not store.take_role(unit.connection, row.id, role, by.name):
        raise refusing.role_not_held(name, role)


# — recusal —


def recuse(
    unit: UnitOfWork,
    by: Actor,
    name: str,
    *,
    reason: str,
    subject: str | None = None,
    institution_id: int | None = None,
) -> int:
    """Record that an account stays out of a case or of an institution's matters, and give the recusal's number.

    Everybody may recuse himself; of others a head decides (行政处罚法 Art. 43). It holds once the actor is read anew.

    Raises `Refused`: ``access.recusal`` (a case or an institution, and a reason), and as `check`.
    """
    if (subject is None) == (institution_id is None) or not reason.strip():
        raise refusing.recusal_of_what()
    row = _open(unit.connection, name)
    if by.name != name:
        check(by, Permission.ACCESS_RECUSE, Target(region=Region(row.region)))
    return store.recuse(
        unit.connection,
        {
            "account": row.id, "subject": subject, "institution_id": institution_id, "reason": reason.strip(),
            "recorded_by": by.name,
        },
    )  # fmt: skip


def lift_recusal(unit: UnitOfWork, by: Actor, number: int, *, reason: str) -> None:
    """End a recusal, with the reason; a head decides, and never of himself.

    Raises `Refused`: ``access.recusal``, ``access.self``, and as `check`.
    """
    standing = store.recusal_numbered(unit.connection, number)
    if standing is None or not reason.strip():
        raise refusing.recusal_of_what()
    row = store.account_by_id(unit.connection, standing.account)
    check(by, Permission.ACCESS_RECUSE, Target(region=Region(row.region)))
    if row.name == by.name:
        raise refusing.not_oneself(by.name)
    store.lift(unit.connection, number, by.name, reason.strip())


# — inside —


def _open(connection: Connection, name: str, *, lock: bool = False) -> Any:
    row = store.account_named(connection, name, lock=lock)
    if row is None:
        raise refusing.unknown_account(name, any_there=store.has_accounts(connection))
    if row.closed_at is not None:
        raise refusing.closed_account(name)
    return row


def _held(connection: Connection, key: int) -> set[Role]:
    return {Role(row.role) for row in store.roles_of(connection, [key])}


def _keep_duty(connection: Connection, key: int, role: Role) -> None:
    """Refuse to take an administrator's duty from the last who holds it: nobody could give it again."""
    if role.is_duty and store.last_holder(connection, role) == key:
        raise refusing.last_duty(role)


def _write(unit: UnitOfWork, name: str, **values: Any) -> int:
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{1,31}", name, re.ASCII) or name in RESERVED:
        raise refusing.account_name(name)
    key = store.open_account(unit.connection, {"name": name, **values})
    if key is None:
        raise refusing.name_used(name)
    return key
