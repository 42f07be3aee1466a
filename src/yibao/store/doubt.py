"""Doubt: a pooled connection is asked whether it still lives only where there is reason to ask.

To ask at every transaction is a round trip of five. A server that dies, or ends a session, closes the socket or says so
on it, and the operating system knows that at once: a look at the socket costs no round trip. Who has been resting for a
while is asked all the same, for what lies between (a firewall, a sleeping machine) closes nothing.
"""

from __future__ import annotations

import select
import time
from typing import Any, Final
from weakref import WeakKeyDictionary

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

RESTED: Final = 5.0
"""Seconds after which a connection that nobody used is asked."""


def ask_in_doubt(engine: Engine) -> Engine:
    """Let an engine with ``pool_pre_ping`` ask, and roll back what is put back, only in doubt; give it back."""
    dialect: Any = engine.dialect
    ask, roll_back = dialect.do_ping, dialect.do_rollback
    used: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def ping(connection: Any) -> bool:
        rested = time.monotonic() - used.get(connection, 0.0)
        return True if rested < RESTED and _silent(connection) else bool(ask(connection))

    def put_back(connection: Any, _record: object) -> None:
        if connection is not None:
            used[connection] = time.monotonic()

    def undo(connection: Any) -> None:
        if (
            connection.pgconn.transaction_status != TransactionStatus.IDLE
        ):  # the driver's own way asks it last
            roll_back(connection)

    dialect.do_ping, dialect.do_rollback = ping, undo
    event.listen(engine, "checkin", put_back)
    return engine


def _silent(connection: Any) -> bool:
    """Tell whether nothing came on the socket unasked: neither its end nor a server's last words."""
    if connection.closed:
        return False
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    return not looked.poll(0)
