"""Canonical JSON: one value, one sequence of bytes (RFC 8785), for what the house writes: no fractions.

Whole numbers stay within ±(2^53 - 1), which every reader of JSON keeps exactly; a larger id is written as text.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from yibao.kernel import Json, Refused, Text

LARGEST: Final = (1 << 53) - 1
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def canonical(value: Json) -> bytes:
    """Give the canonical bytes of a value.

    Raises `Refused` (``ledger.not_canonical``) for what has no such form: fractions, numbers too large, half of a
    surrogate pair, the character U+0000 (PostgreSQL keeps none), anything that is not JSON.

    >>> canonical({"b": [True, None], "a": "“é”\\n"}).decode()
    '{"a":"“é”\\\\n","b":[true,null]}'
    """
    return _encode(_ordered(value, "")).encode()


def _ordered(value: object, where: str) -> Any:
    if type(value) is str:
        _check_text(value, where)
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):  # a word of a vocabulary
        return _ordered(str(value), where)
    if isinstance(value, int):
        return int(value) if -LARGEST <= value <= LARGEST else _refuse(where, value)
    if isinstance(value, list):
        return [_ordered(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        keys = sorted(value)
        if keys and keys[-1] >= "\ud800":  # RFC 8785 orders by UTF-16, which differs beyond here
            keys.sort(key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        for key in keys:
            _check_text(key, where)
        return {key: _ordered(value[key], f"{where}.{key}") for key in keys}
    _refuse(where, value)


def _check_text(text: str, where: str) -> None:
    if text.isascii():
        if "\0" in text:
            _refuse(where, text)
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(where, text)
    if "\0" in text:
        _refuse(where, text)


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
