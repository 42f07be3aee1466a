"""Every SQL statement this room says to the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from yibao.access.tables import access_log, account, account_role, recusal


def has_accounts(connection: Connection) -> bool:
    """Tell whether any account was ever opened."""
    return connection.execute(select(account.c.id).limit(1)).first() is not None


def lock_accounts(connection: Connection) -> None:
    """Let nobody else open an account until this transaction ends."""
    connection.execute(text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE"))


def account_named(connection: Connection, name: str, *, lock: bool = False) -> Row[Any] | None:
    """Give the account of a name, open or closed; ``lock`` keeps its roles from being changed by somebody else."""
    wanted = select(account).where(account.c.name == name)
    return connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()


def accounts(connection: Connection) -> list[Row[Any]]:
    """Give all accounts, oldest first."""
    return list(connection.execute(select(account).order_by(account.c.id)))


def account_by_id(connection: Connection, key: int) -> Row[Any]:
    """Give an account by its id."""
    return connection.execute(select(account).where(account.c.id == key)).one()


def open_account(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Write a new account and give its id, None where the name was used before."""
    wanted = postgresql.insert(account).values(**values).on_conflict_do_nothing(index_elements=["name"])
    return connection.execute(wanted.returning(account.c.id)).scalar_one_or_none()


def close_account(connection: Connection, key: int, by: str) -> None:
    """Close an account and take its roles."""
    connection.execute(update(account).where(account.c.id == key).values(closed_by=by, closed_at=func.now()))
    connection.execute(
        update(account_role)
        .where(account_role.c.account == key, account_role.c.taken_at.is_(None))
        .values(taken_by=by, taken_at=func.now())
    )


def roles_of(connection: Connection, keys: Iterable[int]) -> list[Row[Any]]:
    """Give ``account, role, given_by, given_at`` of the roles held now."""
    wanted = select(
        account_role.c.account, account_role.c.role, account_role.c.given_by, account_role.c.given_at
    ).where(account_role.c.account.in_(list(keys)), account_role.c.taken_at.is_(None))
    return list(connection.execute(wanted.order_by(account_role.c.account, account_role.c.role)))


def give_role(connection: Connection, key: int, role: str, by: str) -> None:
    """Write that an account holds a role from now on."""
    connection.execute(insert(account_role).values(account=key, role=role, given_by=by))


def take_role(connection: Connection, key: int, role: str, by: str) -> int:
    """End that an account holds a role; give how many it held."""
    return connection.execute(
        update(account_role)
        .where(account_role.c.account == key, account_role.c.role == role, account_role.c.taken_at.is_(None))
        .values(taken_by=by, taken_at=func.now())
    ).rowcount


def last_holder(connection: Connection, role: str) -> int | None:
    """Give the account that alone holds a role, None where several do or none; others wait to take it."""
    connection.execute(text("LOCK TABLE account_role IN SHARE ROW EXCLUSIVE MODE"))
    holders = list(
        connection.scalars(
            select(account_role.c.account).where(
                account_role.c.role == role, account_role.c.taken_at.is_(None)
            )
        )
    )
    return int(holders[0]) if len(holders) == 1 else None


def recusals_of(connection: Connection, key: int) -> list[Row[Any]]:
    """Give the recusals of an account that stand."""
    wanted = select(recusal).where(recusal.c.account == key, recusal.c.lifted_at.is_(None))
    return list(connection.execute(wanted.order_by(recusal.c.id)))


def recuse(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a recusal and give its number."""
    return int(connection.execute(insert(recusal).values(**values).returning(recusal.c.id)).scalar_one())


def recusal_numbered(connection: Connection, number: int) -> Row[Any] | None:
    """Give a recusal that stands, and keep others from lifting it; None where there is none."""
    wanted = select(recusal).where(recusal.c.id == number, recusal.c.lifted_at.is_(None))
    return connection.execute(wanted.with_for_update()).one_or_none()


def lift(connection: Connection, number: int, by: str, reason: str) -> None:
    """End a recusal."""
    connection.execute(
        update(recusal)
        .where(recusal.c.id == number)
        .values(lifted_by=by, lifted_at=func.now(), lift_reason=reason)
    )


def log(connection: Connection, values: Mapping[str, Any]) -> int:
    """Add a line to the access log and give its number."""
    return int(
        connection.execute(insert(access_log).values(**values).returning(access_log.c.id)).scalar_one()
    )


def log_lines(
    connection: Connection, condition: str, parameters: Mapping[str, str | int], name: str | None, limit: int
) -> list[Row[Any]]:
    """Give lines of the access log within a scope over ``x``, newest first, of one account if named."""
    mine = "" if name is None else " AND x.account = :name"
    return list(
        connection.execute(
            text(f"SELECT x.* FROM access_log x WHERE ({condition}){mine} ORDER BY x.id DESC LIMIT :limit"),
            {**parameters, "limit": limit, **({} if name is None else {"name": name})},
        )
    )
