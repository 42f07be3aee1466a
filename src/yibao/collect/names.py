"""Names: what a file is called for people, whatever bytes the system of its sender wrote.

A name goes to terminals, to JSON, to the register and into rows. It is therefore always proper text: bytes that are not
UTF-8 are read as the GBK of Chinese Windows, and what is neither, or would command a terminal, becomes U+FFFD.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
BROKEN = "\N{REPLACEMENT CHARACTER}"


def readable(name: str) -> str:
    """Give a name as proper text; Python keeps the bytes of a name that are not UTF-8 as lone surrogates."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = _decoded(name.encode("utf-8", "surrogateescape" if _is_escaped(name) else "replace"))
    return _CONTROL.sub(BROKEN, name)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def _is_escaped(name: str) -> bool:
    """Say whether every lone surrogate of a name stands for a byte."""
    return all("\udc80" <= c <= "\udcff" for c in name if "\ud800" <= c <= "\udfff")
