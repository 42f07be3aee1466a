"""How the outputs write numbers, days and measures for people, in Chinese or English."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Final

from yibao.claims import code_set
from yibao.kernel import (
    CHINA,
    OPEN_END,
    Language,
    Region,
    Rounding,
    Text,
    date_of,
    divide,
    format_fen,
    mask_diagnosis,
    moment_of,
)

UNKNOWN: Final = "—"
"""What stands where something is not known."""

STATUS_NAMES: Final = {
    "confirmed": Text(zh="已核实", en="confirmed"),
    "secondary": Text(zh="转引", en="secondary source"),
    "assumed": Text(zh="假定值", en="assumed"),
}
"""How sure we are of an instrument or a value (policy.Status)."""

ORIGIN_NAMES: Final = {
    "OFFICIAL": Text(zh="国家公布的规则", en="published national rule"),
    "LAW": Text(zh="法规条文", en="article of law"),
    "REFERENCE": Text(zh="参考做法", en="common practice"),
    "OURS": Text(zh="本系统提出", en="ours"),
}
ROLE_NAMES: Final = {
    1: Text(zh="疑点行", en="suspected row"),
    2: Text(zh="关联行", en="related row"),
}
"""What an evidence row is to its finding; before a decision nothing is called a violation (违规)."""

EVIDENCE_NAMES: Final = {
    "line": Text(zh="费用明细", en="charge line"),
    "settlement": Text(zh="结算", en="settlement"),
    "encounter": Text(zh="就诊", en="encounter"),
    "stock_movement": Text(zh="进销存", en="stock movement"),
    "settlement_list": Text(zh="结算清单", en="settlement list"),
    "settlement_list_charge": Text(zh="清单收费项目", en="charge of a settlement list"),
    "intensive_care": Text(zh="重症监护", en="intensive care"),
    "diagnosis": Text(zh="诊断", en="diagnosis"),
    "procedure": Text(zh="手术操作", en="procedure"),
}
_ABOUT_SETS: Final = {
    "settlement": "med_type",
    "encounter": "med_type",
    "settlement_list_charge": "med_chrgitm_type",
    "stock_movement": "stock_movement_kind",
}
_MAIN: Final = Text(zh="主要", en="main")
UNIT_NAMES: Final = {
    "fen": Text(zh="分", en="fen"),
    "days": Text(zh="日", en="days"),
    "working_days": Text(zh="个工作日", en="working days"),
    "months": Text(zh="个月", en="months"),
    "years": Text(zh="年（周岁）", en="years"),
    "hours": Text(zh="小时", en="hours"),
    "minutes": Text(zh="分钟", en="minutes"),
    "count": Text(zh="", en=""),
    "points": Text(zh="分", en="points"),
}
_NAMES: Final = {
    "sex": {1: Text(zh="男", en="male"), 2: Text(zh="女", en="female")},
    "insurance": {
        1: Text(zh="基本医疗保险", en="basic medical insurance"),
        2: Text(zh="工伤保险", en="work-injury insurance"),
        3: Text(zh="生育保险", en="maternity insurance"),
    },
    "level": {
        0: Text(zh="无等级", en="no level"),
        1: Text(zh="一级", en="level 1"),
        2: Text(zh="二级", en="level 2"),
        3: Text(zh="三级", en="level 3"),
    },
    "visit": {
        1: Text(zh="门诊", en="outpatient"),
        2: Text(zh="住院", en="inpatient"),
        3: Text(zh="购药", en="pharmacy"),
    },
    "qualification": {
        1: Text(zh="正常", en="normal"),
        2: Text(zh="暂停", en="suspended"),
        3: Text(zh="终止", en="terminated"),
    },
}
"""The names of measured values that stand for something and count nothing, by form."""
_QUANTITY_PARTS: Final = 10_000
_PRICE_PARTS: Final = 1_000_000
_FEN_IN_WAN: Final = 1_000_000
_FEN_IN_YI: Final = 10_000_000_000


def money(fen: int, language: Language = "zh") -> str:
    """Write an amount as summaries do: 元, from ten thousand 万元, from a hundred million 亿元.

    >>> money(123_456), money(1_234_567), money(12_345_678_901), money(123_456, "en")
    ('1,234.56 元', '1.23 万元', '1.23 亿元', 'CNY 1,234.56')
    """
    if language == "en":
        return f"CNY {yuan(fen)}"
    if abs(fen) >= _FEN_IN_YI:
        hundredths = divide(fen, _FEN_IN_YI // 100, Rounding.HALF_UP)
        return f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100:,}.{abs(hundredths) % 100:02d} 亿元"
    return format_fen(fen, "wan") if abs(fen) >= _FEN_IN_WAN else format_fen(fen)


def yuan(fen: int, *, thousands: bool = True) -> str:
    """Write fen as exact yuan without a unit, as columns do.

    >>> yuan(123_456), yuan(-5), yuan(123_456, thousands=False)
    ('1,234.56', '-0.05', '1234.56')
    """
    return format_fen(fen, thousands=thousands).removesuffix(" 元")


def percent(part: int, base: int, *, decimals: int = 1) -> str:
    """Write a share in percent, or «—» where there is no base.

    >>> percent(25, 200), percent(1, 0), percent(1, 30000, decimals=2)
    ('12.5%', '—', '0.00%')
    """
    if base <= 0:
        return UNKNOWN
    parts = divide(part * 100 * 10**decimals, base, Rounding.HALF_UP)
    sign, parts = ("-" if parts < 0 else ""), abs(parts)
    tail = f".{parts % 10**decimals:0{decimals}d}" if decimals else ""
    return f"{sign}{parts // 10**decimals:,}{tail}%"


def share(one: float) -> str:
    """Write a fraction of one in percent.

    >>> share(0.1234), share(0)
    ('12.3%', '0.0%')
    """
    return percent(round(one * 1_000_000), 1_000_000)


def trimmed(value: int, parts: int, *, least: int = 0) -> str:
    """Write a whole number of ``parts``-ths as a decimal without idle zeros, keeping ``least`` decimals.

    >>> trimmed(30_000, 10_000), trimmed(12_500_000, 1_000_000, least=2)
    ('3', '12.50')
    """
    width = len(str(parts)) - 1
    tail = f"{abs(value) % parts:0{width}d}".rstrip("0").ljust(least, "0")
    return f"{'-' if value < 0 else ''}{abs(value) // parts}{'.' + tail if tail else ''}"


def quantity(value: int) -> str:
    """Write a quantity that is stored in ten-thousandths."""
    return trimmed(value, _QUANTITY_PARTS)


def price(value: int) -> str:
    """Write a unit price that is stored in millionths of a yuan, in yuan without the unit."""
    return trimmed(value, _PRICE_PARTS, least=2)


def measure(form: str, value: int, language: Language = "zh") -> str:
    """Write a measured value or a threshold in the form that its rule names.

    >>> measure("sex", 2), measure("level", 3), measure("quantity", 30000), measure("price", 12_500_000)
    ('女', '三级', '3', '12.50 元')
    >>> measure("qualification", 2), measure("days", 16), measure("days", 16, "en")
    ('暂停', '16 日', '16 days')
    """
    match form:
        case "sex" | "insurance" | "level" | "visit" | "qualification":
            return _NAMES[form][value].in_(language) if value in _NAMES[form] else str(value)
        case "days":
            return f"{value} 日" if language == "zh" else f"{value} days"
        case "quantity":
            return quantity(value)
        case "price":
            return f"CNY {price(value)}" if language == "en" else f"{price(value)} 元"
        case "fen":
            return money(value, language)
        case _:
            return str(value)


def day(number: int | None) -> str:
    """Write a day as 2026-03-05, «—» where it is not known or means «until further notice»."""
    return UNKNOWN if number is None or number >= OPEN_END else date_of(number).isoformat()


def minute(number: int | None) -> str:
    """Write a minute as 2026-03-05 08:30."""
    return UNKNOWN if number is None else moment_of(number).strftime("%Y-%m-%d %H:%M")


def month(number: int) -> str:
    """Write a month like 202603 as 2026-03."""
    return f"{number // 100}-{number % 100:02d}"


def moment(at: datetime) -> str:
    """Write a moment of the register in China's time, to the minute."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def region(code: str | None) -> str:
    """Write a region by its full name, the code where it has none, «—» where there is no region."""
    if not code:
        return UNKNOWN
    return Region(code).full_name if len(code) == 6 else code


def joined(*parts: str | None, by: str = " ") -> str:
    """Join the parts that say something."""
    return by.join(part for part in parts if part)


@cache
def named(set_name: str, code: str | None) -> str | None:
    """Give the name of a code of a closed list, by its two-digit root where only that is known; else the code."""
    if not code:
        return None
    names = code_set(set_name).names
    return names.get(code) or names.get(code[:2]) or code


def about(evidence: str, code: str | None, main: int | None = None, language: Language = "zh") -> str | None:
    """Say what a row of evidence is, beyond its table: the kind of visit or charge, the ward, a masked diagnosis.

    >>> about("diagnosis", "J18.900", 1), about("diagnosis", "J18.900", 0), about("settlement_list_charge", "01")
    ('J18.* 主要', 'J18.*', '床位费')
    >>> about("procedure", "33.2400", 1, "en"), about("line", None)
    ('33.* main', None)
    """
    if not code:
        return None
    if evidence == "diagnosis":
        code = mask_diagnosis(code)
    elif evidence == "procedure":
        code = f"{code.partition('.')[0][:2]}.*"
    elif evidence in _ABOUT_SETS:
        code = named(_ABOUT_SETS[evidence], code)
    return joined(code, _MAIN.in_(language) if main else None)
