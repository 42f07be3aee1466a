"""The words of the house: money, time, region, ids, errors. Pure; imports nothing of ours.

Every other room speaks in these words, so that a fen is a fen and a working day is a working day everywhere.

- errors: `Refused`, what it says and in which `Language`; events: `Event`, what travels between rooms.
- money: `Fen` and `BasisPoints`, read, written, shared and split without a float and without losing a fen.
- days and periods: `Day` and `Minute` as integers, `Period` half-open.
- workdays and clock: what a working day is, and when a right runs out.
- region: 行政区划 codes and who lies in whom; ids: normal forms, checks, and the keys that engines share.
- masking: how a field looks to somebody who may not see it.
- strict_yaml: how files that people write are read.
"""

from __future__ import annotations

from yibao.kernel.clock import Clock, ClockUnit, deadline, deadline_minute
from yibao.kernel.days import (
    CHINA,
    OPEN_END,
    Day,
    Minute,
    add_months,
    date_of,
    day_of,
    day_of_minute,
    day_of_ymd,
    first_day_of_month,
    minute_of,
    moment_of,
    month_of,
    parse_day,
    today,
    ymd_of,
)
from yibao.kernel.errors import Language, Refused, Text
from yibao.kernel.events import Event, EventKind, Json, refuse_fractions
from yibao.kernel.ids import (
    FULL_WIDTH,
    HALF_WIDTH,
    Sex,
    birth_day,
    check_citizen_id,
    check_credit_code,
    natural_key,
    normalise,
    sex_of,
)
from yibao.kernel.masking import (
    mask_account,
    mask_address,
    mask_birth_year,
    mask_citizen_id,
    mask_diagnosis,
    mask_name,
    mask_person_number,
    mask_phone,
)
from yibao.kernel.money import (
    BasisPoints,
    Fen,
    Rounding,
    divide,
    format_fen,
    parse_fen,
    share,
    split,
)
from yibao.kernel.periods import Period, segments
from yibao.kernel.region import Region, RegionLevel, listed_regions, region_prefix
from yibao.kernel.strict_yaml import Located, read_yaml
from yibao.kernel.workdays import CalendarYear, Workdays, china_workdays, read_workdays

__all__ = [
    "CHINA",
    "FULL_WIDTH",
    "HALF_WIDTH",
    "OPEN_END",
    "BasisPoints",
    "CalendarYear",
    "Clock",
    "ClockUnit",
    "Day",
    "Event",
    "EventKind",
    "Fen",
    "Json",
    "Language",
    "Located",
    "Minute",
    "Period",
    "Refused",
    "Region",
    "RegionLevel",
    "Rounding",
    "Sex",
    "Text",
    "Workdays",
    "add_months",
    "birth_day",
    "check_citizen_id",
    "check_credit_code",
    "china_workdays",
    "date_of",
    "day_of",
    "day_of_minute",
    "day_of_ymd",
    "deadline",
    "deadline_minute",
    "divide",
    "first_day_of_month",
    "format_fen",
    "listed_regions",
    "mask_account",
    "mask_address",
    "mask_birth_year",
    "mask_citizen_id",
    "mask_diagnosis",
    "mask_name",
    "mask_person_number",
    "mask_phone",
    "minute_of",
    "moment_of",
    "month_of",
    "natural_key",
    "normalise",
    "parse_day",
    "parse_fen",
    "read_workdays",
    "read_yaml",
    "refuse_fractions",
    "region_prefix",
    "segments",
    "sex_of",
    "share",
    "split",
    "today",
    "ymd_of",
]
