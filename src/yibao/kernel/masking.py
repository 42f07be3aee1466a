"""Masking (脱敏): how a sensitive field looks to somebody who may not see it. Strict unless told otherwise.

Pure functions from text to text; who may see what is decided elsewhere. What does not look as it should is
masked whole, since a malformed id is still somebody's id; empty stays empty. Source: common Chinese practice
(no national text was read); diagnosis, birth date and tokens are ours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from yibao.kernel.ids import normalise
from yibao.kernel.region import region_prefix

_WHOLE: Final = "****"
_ID: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_PHONE: Final = re.compile(r"1\d{10}", re.ASCII)
_ACCOUNT: Final = re.compile(r"\d{12,}", re.ASCII)
_DIAGNOSIS: Final = re.compile(r"([A-Z]\d[0-9A-Z])(?:[.X+*].*)?", re.ASCII)
_ADDRESS_HEAD: Final = 6


def mask_name(name: str) -> str:
    """Keep the first character: 张三 → 张*, 张三丰 and longer → 张**.

    >>> mask_name("张三"), mask_name("欧阳娜娜"), mask_name("")
    ('张*', '欧**', '')
    """
    text = name.strip()
    return text[:1] + "*" * min(len(text) - 1, 2) if len(text) > 1 else "*" * len(text)


def mask_citizen_id(number: str, *, strict: bool = True) -> str:
    """Keep the first and the last digit; not strict: the first three and the last four.

    The birth date never shows.

    >>> mask_citizen_id("11010519491231002X"), mask_citizen_id("11010519491231002X", strict=False)
    ('1****************X', '110***********002X')
    """
    text = normalise(number).upper()
    if not _ID.fullmatch(text):
        return _whole(text)
    return f"{text[0]}{'*' * 16}{text[-1]}" if strict else f"{text[:3]}{'*' * 11}{text[-4:]}"


def mask_phone(phone: str) -> str:
    """Keep the first three and the last four digits of a mobile number; mask any other number whole.

    >>> mask_phone("13900000001"), mask_phone("0571-88880000")
    ('139****0001', '****')
    """
    text = normalise(phone)
    return f"{text[:3]}****{text[-4:]}" if _PHONE.fullmatch(text) else _whole(text)


def mask_account(account: str) -> str:
    """Keep the last four digits of a bank account.

    >>> mask_account("6222 0200 0000 1234")
    '****1234'
    """
    text = normalise(account).replace(" ", "")
    return f"****{text[-4:]}" if _ACCOUNT.fullmatch(text) else _whole(text)


def mask_address(address: str) -> str:
    """Keep an address down to its district; failing that six characters, never over half.

    >>> mask_address("北京市西城区某某街道1号"), mask_address("幸福小区3幢")
    ('北京市西城区****', '幸福小****')
    """
    text = address.strip()
    kept = region_prefix(text) or text[: min(_ADDRESS_HEAD, len(text) // 2)]
    return kept + _WHOLE if text else ""


def mask_person_number(number: str, key: bytes | None = None) -> str:
    """Replace a person number by a token, the same under one key; without a key mask it whole.

    The token is ``tok_`` and 16 hex digits of HMAC-SHA-256: enough to join on, useless without the key.
    """
    text = normalise(number)
    if not text or not key:
        return _whole(text)
    return "tok_" + hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def mask_diagnosis(code: str) -> str:
    """Generalise an ICD-10 code to its three characters.

    >>> mask_diagnosis("J18.901"), mask_diagnosis("a15.0+k93.0*"), mask_diagnosis("肺炎")
    ('J18.*', 'A15.*', '****')
    """
    text = normalise(code).upper()
    found = _DIAGNOSIS.fullmatch(text)
    return f"{found[1]}.*" if found else _whole(text)


def mask_birth_year(year: int) -> str:
    """Generalise a birth year to its decade.

    >>> mask_birth_year(1964)
    '1960s'
    """
    return f"{year // 10 * 10}s"


def _whole(text: str) -> str:
    return _WHOLE if text else ""
