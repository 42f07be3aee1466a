"""Regions: 行政区划 codes of six digits, two for the province, two for the city, two for the county.

The structure is in the digits, so a code that our table does not know (a development zone, a bureau's own
``…99``) still has a parent; the table gives names. Codes 99xxxx are synthetic (示例省). Source: GB/T 2260.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from yibao.kernel.errors import Refused, Text

_NATION: Final = "000000"
_LONGEST_NAME: Final = 20


class RegionLevel(StrEnum):
    """The four levels at which a rule can be made or a fund pooled."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """One region by its code; raises `Refused` (``kernel.region``) when the code is not well formed.

    >>> county = Region("330106")
    >>> county.name, county.parent.name, county.full_name, str(county.level)
    ('西湖区', '杭州市', '浙江省杭州市西湖区', 'county')
    >>> Region("330000").contains(county), Region("330000").stem
    (True, '33')
    """

    code: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"0{6}|(?!00)\d{2}(0000|(?!00)\d{4})", self.code, re.ASCII):
            raise Refused(
                "kernel.region",
                zh="不是行政区划代码",
                en="not a region code",
                wanted="6 位数字，如 330100；全国为 000000",
                came=repr(self.code),
                todo=Text(zh="YAML 中请给代码加引号", en="in YAML put the code in quotes"),
            )

    def __str__(self) -> str:
        return self.code

    @property
    def level(self) -> RegionLevel:
        """Give the level that the digits show."""
        return tuple(RegionLevel)[len(self.stem) // 2]

    @property
    def parent(self) -> Region | None:
        """Give the region just above, None for the country."""
        stem = self.stem
        return Region(stem[:-2].ljust(6, "0")) if stem else None

    @property
    def chain(self) -> tuple[Region, ...]:
        """Give this region and all above it, nearest first: county, city, province, country."""
        parent = self.parent
        return (self, *parent.chain) if parent else (self,)

    def contains(self, other: Region) -> bool:
        """Tell whether the other region is this one or lies inside it."""
        return other.code.startswith(self.stem)

    @property
    def is_listed(self) -> bool:
        """Tell whether our table knows the code."""
        return self.code in _names()

    @property
    def is_synthetic(self) -> bool:
        """Tell whether this is a made-up place of demos and tests (99xxxx)."""
        return self.code.startswith("99")

    @property
    def name(self) -> str:
        """Give the region's own name, or the code itself when our table does not know it."""
        return _names().get(self.code, self.code)

    @property
    def full_name(self) -> str:
        """Give the name with its province's and city's before it, without fillers such as 市辖区."""
        parts = [r.name for r in reversed(self.chain) if r.code != _NATION and not _is_filler(r.name)]
        return "".join(parts) or self.name

    @property
    def stem(self) -> str:
        """Give the digits that say something, with which every region inside begins: "", "33", "3301" or "330106"."""
        return re.sub(r"(00)+$", "", self.code)


def listed_regions() -> tuple[Region, ...]:
    """Give every region our table knows, in order of code, the synthetic ones last."""
    return tuple(Region(code) for code in _names())


def region_prefix(address: str) -> str:
    """Give the part of an address that names listed regions: province, city, county, each of which may lack.

    >>> region_prefix("浙江省杭州市西湖区文一路1号"), region_prefix("幸福小区3幢")
    ('浙江省杭州市西湖区', '')
    """
    end = 0
    for names in _names_by_level():
        longest = (n for n in range(_LONGEST_NAME, 0, -1) if address[end : end + n] in names)
        end += next(longest, 0)
    return address[:end]


def _is_filler(name: str) -> bool:
    return name in {"市辖区", "县"} or name.endswith("直辖县级行政区划")


@cache
def _names_by_level() -> tuple[frozenset[str], ...]:
    regions = listed_regions()
    return tuple(
        frozenset({r.name for r in regions if r.level == level and not _is_filler(r.name)})
        for level in (RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY)
    )


@cache
def _names() -> Mapping[str, str]:
    text = (resources.files("yibao.kernel") / "data" / "regions.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})
