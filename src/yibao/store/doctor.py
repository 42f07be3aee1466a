"""The doctor's questions about the store: is everything there, does it run, does it fit together."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select, text

from yibao.kernel import Refused, Text
from yibao.store.embedded import find_binaries, opening_account
from yibao.store.home import Home
from yibao.store.lake import Lake
from yibao.store.migrate import current_revision
from yibao.store.register import URL_VARIABLE, Register, open_register
from yibao.store.tables import job

LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: str
    ok: bool
    detail: Text


def doctor(home: Home, url: str | None = None, start_timeout: float = 60.0) -> list[Check]:
    """Examine the store of a home; nothing is raised, what is wrong is a `Check` that is not ok.

    A home that does not exist yet is not made: then only what its making needs is examined.
    """
    given = url or os.environ.get(URL_VARIABLE)
    checks = [] if given else [_ask("postgresql", _binaries), _ask("account", _account)]
    checks.append(_ask("space", lambda: _space(home)))
    if not home.path.exists():
        return [
            *checks,
            Check("home", True, Text(zh="尚未建立,首次使用时建立", en="not made yet; first use makes it")),
        ]
    try:
        with open_register(home, url, start_timeout) as register:
            checks.append(_ask("register", lambda: _register(register)))
            checks.append(_ask("lake", lambda: _lake(home, register)))
            checks.append(_ask("jobs", lambda: _jobs(register)))
    except Refused as refused:
        checks.append(_refused("register", refused))
    return checks


def _ask(name: str, question: Callable[[], tuple[bool, Text]]) -> Check:
    try:
        ok, detail = question()
    except Refused as refused:
        return _refused(name, refused)
    return Check(name, ok, detail)


def _refused(name: str, refused: Refused) -> Check:
    return Check(name, False, Text(zh=refused.render("zh"), en=refused.render("en")))


def _binaries() -> tuple[bool, Text]:
    found = find_binaries()
    return True, Text(
        zh=f"PostgreSQL {found.major}: {found.folder}", en=f"PostgreSQL {found.major}: {found.folder}"
    )


def _account() -> tuple[bool, Text]:
    account = opening_account()
    return True, Text(zh=f"当前用户 {account.name}", en=f"opened by {account.name}")


def _space(home: Home) -> tuple[bool, Text]:
    place = next(path for path in (home.path, *home.path.parents) if path.exists())
    free = shutil.disk_usage(place).free
    gigabytes = f"{free / 1e9:.1f} GB"
    return free >= LEAST_FREE_BYTES, Text(zh=f"{place} 剩余 {gigabytes}", en=f"{gigabytes} free at {place}")


def _register(register: Register) -> tuple[bool, Text]:
    with register.engine.connect() as connection:
        fsync = connection.scalar(text("SELECT current_setting('fsync')"))
        checksums = connection.scalar(text("SELECT current_setting('data_checksums')"))
        revision = current_revision(connection)
    facts = f"PostgreSQL {register.server_version}, {revision}, fsync {fsync}, checksums {checksums}"
    # Checksums are our choice, not a condition; a server that does not flush loses what it acknowledged.
    return fsync == "on", Text(zh=facts, en=facts)


def _lake(home: Home, register: Register) -> tuple[bool, Text]:
    lake = Lake(home, register)
    problems = lake.verify(digests=False)
    batches = [batch for batch in lake.batches() if batch.state == "published"]
    if problems:
        first = problems[0]
        return False, Text(
            zh=f"{len(problems)} 个问题,例如 {first.path}: {first.text.zh}",
            en=f"{len(problems)} problems, such as {first.path}: {first.text.en}",
        )
    return True, Text(zh=f"{len(batches)} 个批次,文件齐全", en=f"{len(batches)} batches, all files in place")


def _jobs(register: Register) -> tuple[bool, Text]:
    with register.engine.connect() as connection:
        counts = {
            state: n
            for state, n in connection.execute(select(job.c.state, func.count()).group_by(job.c.state))
        }
        first = connection.execute(
            select(job.c.kind, job.c.error).where(job.c.state == "failed").order_by(job.c.id).limit(1)
        ).one_or_none()
    waiting, failed = counts.get("waiting", 0), counts.get("failed", 0)
    if first is None:
        return True, Text(zh=f"{waiting} 项等待", en=f"{waiting} waiting")
    return False, Text(
        zh=f"{failed} 项失败,例如 {first.kind}: {first.error};排除原因后运行 yibao work --again",
        en=f"{failed} failed, such as {first.kind}: {first.error}; remove the cause, then yibao work --again",
    )
