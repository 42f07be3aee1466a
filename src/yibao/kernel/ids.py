"""Ids: the numbers of people and bodies as they arrive, made comparable, checked, and turned into keys.

Source: GB 11643-1999 (公民身份号码), GB 32100-2015 (统一社会信用代码).
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Final, Literal, NoReturn

from yibao.kernel.days import Day, day_of
from yibao.kernel.errors import Refused, Text

FULL_WIDTH: Final = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000\u00a0\u2010\u2011\u2012\u2013\u2212"
"""The characters `normalise` replaces; with `HALF_WIDTH` the arguments of SQL's ``translate``."""
HALF_WIDTH: Final = "".join(map(chr, range(0x21, 0x7F))) + "  " + "-" * 5
"""What each character of `FULL_WIDTH` becomes."""

_HALF: Final = str.maketrans(FULL_WIDTH, HALF_WIDTH, "\ufeff\u200b\u200c\u200d\u2060")
_KEY_MASK: Final = (1 << 63) - 1


def normalise(text: str) -> str:
    """Bring a code to the form in which it is compared: half-width, trimmed, without invisible characters.

    Letters keep their case, since some code sets tell cases apart. Idempotent.

    >>> normalise(" ３３０１０６１９９００１０１１２３ｘ ")
    '33010619900101123x'
    """
    return text.translate(_HALF).strip()


def natural_key(table: str, natural: str) -> int:
    """Give the non-negative 63-bit key of a natural id, the same in Python and in DuckDB.

    It is the last eight bytes of MD5 over UTF-8 ``table|natural``, little-endian, without the top bit; so
    it equals ``md5_number_lower(table || '|' || natural) & 9223372036854775807``. MD5 mixes, guards nothing.

    >>> natural_key("institution", "H33010000001")
    6385648959402200622
    """
    digest = hashlib.md5(f"{table}|{natural}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") & _KEY_MASK


Sex = Literal["男", "女"]

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_ID_EARLIEST: Final = date(1850, 1, 1)
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = tuple(3**i % 31 for i in range(17))
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(\.\d+)?[Ee][+-]?\d+")
_TRAILING_POINT: Final = re.compile(r"\d{15,18}\.0*")


def check_citizen_id(text: str) -> str:
    """Give an 18-digit 公民身份号码 in its normal form (half-width, capital X), or refuse it with the reason.

    Checks form, birth date and checksum; not the region digits, since regions come and go. Raises `Refused`
    with ``kernel.citizen_id_excel`` (a spreadsheet read the number as a figure and lost its end), ``…_old``
    (15 digits), ``…_form``, ``…_birth`` or ``…_checksum``. ``came`` is masked: ids do not go to logs.
    Source: GB 11643-1999.

    >>> check_citizen_id(" １１０１０５１９４９１２３１００２ｘ ")
    '11010519491231002X'
    """
    number = normalise(text).upper()
    if _SCIENTIFIC.fullmatch(number) or _TRAILING_POINT.fullmatch(number):
        _refuse_spreadsheet(number)
    if re.fullmatch(r"\d{15}", number):
        _refuse_id("old", number, zh="是 15 位旧号码", en="an old 15-digit number", wanted="18 位")
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        _refuse_id(
            "form", number, zh="身份号码写法不对", en="not written as an id", wanted="17 位数字 + 数字或 X"
        )
    if _birth(number) is None:
        _refuse_id("birth", number, zh="出生日期不存在", en="no such birth date", wanted="yyyymmdd")
    expected = _ID_CHECKS[sum(w * int(d) for w, d in zip(_ID_WEIGHTS, number[:17], strict=True)) % 11]
    if number[17] != expected:
        if number.endswith("000"):
            _refuse_spreadsheet(number)
        _refuse_id("checksum", number, zh="校验位不符", en="wrong check digit", wanted=f"…{expected}")
    return number


def birth_day(citizen_id: str) -> Day:
    """Give the birth day that a citizen id carries; raises `Refused` as `check_citizen_id` does."""
    born = _birth(check_citizen_id(citizen_id))
    assert born is not None, "check_citizen_id has seen to it"
    return day_of(born)


def sex_of(citizen_id: str) -> Sex:
    """Give the sex that a citizen id carries (17th digit odd: 男); refuses as `check_citizen_id` does."""
    return "男" if int(check_citizen_id(citizen_id)[16]) % 2 else "女"


def check_credit_code(text: str) -> str:
    """Give an 18-character 统一社会信用代码 in its normal form, or refuse it with the reason.

    Raises `Refused` (``kernel.credit_code_form``, ``kernel.credit_code_checksum``). Source: GB 32100-2015.
    """
    code = normalise(text).upper()
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        raise Refused(
            "kernel.credit_code_form",
            zh="统一社会信用代码的写法不对",
            en="not written as a unified social credit code",
            wanted="18 位数字或大写字母（不用 I O S V Z）",
            came=code,
        )
    total = sum(w * _USCC_ALPHABET.index(c) for w, c in zip(_USCC_WEIGHTS, code[:17], strict=True))
    expected = _USCC_ALPHABET[-total % 31]
    if code[17] != expected:
        raise Refused(
            "kernel.credit_code_checksum",
            zh="统一社会信用代码校验位不符",
            en="the check character of the unified social credit code is wrong",
            wanted=code[:17] + expected,
            came=code,
        )
    return code


def _birth(number: str) -> date | None:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born >= _ID_EARLIEST else None


def _hidden(number: str) -> str:
    return f"{number[:1]}{'*' * max(len(number) - 2, 0)}{number[1:][-1:]}（{len(number)}）"


def _refuse_id(what: str, number: str, *, zh: str, en: str, wanted: str) -> NoReturn:
    raise Refused(f"kernel.citizen_id_{what}", zh=zh, en=en, wanted=wanted, came=_hidden(number))


def _refuse_spreadsheet(number: str) -> NoReturn:
    raise Refused(
        "kernel.citizen_id_excel",
        zh="号码被电子表格当成数值，末几位已丢失，无法恢复",
        en="a spreadsheet read the number as a figure; its last digits are lost for good",
        wanted="18 位文本",
        came=number if "E" in number else _hidden(number),
        todo=Text(
            zh="请从来源系统重新导出，并把该列设为“文本”格式",
            en="export again from the source with this column formatted as text",
        ),
    )
