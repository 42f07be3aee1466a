"""What may be kept of an error: enough to see what is wrong, no password and nobody's number."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.exc import DBAPIError

from yibao.kernel import Refused, mask_citizen_id

LONGEST: Final = 2_000
_IN_URL: Final = re.compile(r"(://[^/\s:@]*):[^/\s@]*@")
_NAMED: Final = re.compile(
    r"(?i)\b(password|passwd|pwd|secret|token|api_?key|private_?key|口令|密码)(\s*[=:：]\s*)\S+"
)
_CITIZEN: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])", re.ASCII)
_WRONG_VALUE: Final = "22"
"""The class of PostgreSQL's errors about a value, which they quote."""


def tell_trouble(error: BaseException) -> str:
    """Give an error as one text without secrets, at most `LONGEST` characters.

    An error of the register is told without its statement and parameters: they hold what people wrote.
    """
    if isinstance(error, DBAPIError):
        told = _of_register(error)
    elif isinstance(error, Refused):
        told = error.render("zh")
    else:
        told = f"{type(error).__name__}: {error}"
    told = _IN_URL.sub(r"\1:****@", told.replace("\0", ""))
    told = _NAMED.sub(r"\1\2****", told)
    return _CITIZEN.sub(lambda found: mask_citizen_id(found[0]), told)[:LONGEST]


def _of_register(error: DBAPIError) -> str:
    cause = error.orig
    message = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause).split("\n")[0]
    if str(getattr(cause, "sqlstate", None) or "").startswith(_WRONG_VALUE):
        message = message.partition(":")[0]
    return f"{type(cause).__name__}: {message}"
