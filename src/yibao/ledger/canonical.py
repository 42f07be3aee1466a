"""Canonical JSON: one value, one sequence of bytes (RFC 8785), for what the house writes: no fractions.

Whole numbers stay within ±(2^53 - 1), which every reader of JSON keeps exactly; a larger id is written as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from yibao.kernel import Json, Refused, Text

LARGEST: Final = (1 << 53) - 1
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, sort_keys=True
).encode
_encode_ordered = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_BEYOND: Final = re.compile("[\ud800-\U0010ffff]")
"""Half surrogate pairs, and what makes keys sort otherwise in UTF-16 than by code points."""


def canonical(value: Json) -> bytes:
    """Give the canonical bytes of a value.

    Raises `Refused` (``ledger.not_canonical``) for what has no such form: fractions, numbers too large, half of a
    surrogate pair, the character U+0000 (PostgreSQL keeps none), anything that is not JSON.

    >>> canonical({"b": [True, None], "a": "“é”\\n"}).decode()
    '{"a":"“é”\\\\n","b":[true,null]}'
    """
    if _is_plain(value):
        text = _encode(value)  # in C; where it says something else than RFC 8785, the text shows it
        if "\\u0000" not in text and not _BEYOND.search(text):
            return text.encode()
    return _encode_ordered(_ordered(value, "")).encode()


def _is_plain(value: object) -> bool:
    """Say whether a value is made of the types and numbers that need no second look."""
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str or (type(item) is not str and not _is_plain(item)):
                return False
        return True
    if type(value) is list:
        return all(type(item) is str or _is_plain(item) for item in value)
    if type(value) is int:
        return -LARGEST <= value <= LARGEST
    return value is None or isinstance(value, str | bool)


def _ordered(value: object, where: str) -> Any:
    """Look at every part: refuse what has no canonical form, and order keys by UTF-16 (RFC 8785 §3.2.3)."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int):
        return int(value) if -LARGEST <= value <= LARGEST else _refuse(where, value)
    if isinstance(value, list | tuple):
        return [_ordered(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        keys = sorted(value, key=lambda key: _text(key, where).encode("utf-16-be"))
        return {str(key): _ordered(value[key], f"{where}.{key}") for key in keys}
    _refuse(where, value)


def _text(text: str, where: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(where, text)
    return str(text) if "\0" not in text else _refuse(where, text)


def _refuse(where: str, came: object) -> NoReturn:
    raise Refused(
        "ledger.not_canonical",
        zh="存证内容只能是不含小数的 JSON，整数不超过 2^53-1",
        en="an entry of the ledger is JSON without fractions and with whole numbers up to 2^53-1",
        where=where.lstrip(".") or None,
        wanted="null, bool, int, str, list, dict[str, …]",
        came=f"{type(came).__name__}: {came!r}"[:120],
        todo=Text(zh="金额用整数分；更大的编号写成文字", en="write money in fen, and larger ids as text"),
    )
