from __future__ import annotations

import pytest

from yibao.kernel import Refused, Region, RegionLevel, listed_regions, region_prefix


def test_a_county_knows_whom_it_lies_in() -> None:
    county = Region("330106")
    assert [r.code for r in county.chain] == ["330106", "330100", "330000", "000000"]
    assert [str(r.level) for r in county.chain] == ["county", "city", "province", "country"]
    assert [r.name for r in county.chain] == ["西湖区", "杭州市", "浙江省", "全国"]
    assert Region("000000").parent is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("000000", "全国"),
        ("330000", "浙江省"),
        ("110101", "北京市东城区"),
        ("500112", "重庆市渝北区"),
        ("429004", "湖北省仙桃市"),
        ("441900", "广东省东莞市"),
        ("331000", "浙江省台州市"),
        ("990101", "示例省示例市示例东区"),
        ("990106", "示例省示例市示例县"),
    ],
)
def test_full_names(code: str, name: str) -> None:
    assert Region(code).full_name == name


def test_every_listed_region_lies_in_listed_ones_and_contains_itself() -> None:
    listed = set(listed_regions())
    assert len(listed) > 3_300
    for region in listed:
        assert all(above in listed and above.contains(region) for above in region.chain)
        if region.parent:
            assert not region.contains(region.parent)
    assert sum(r.level is RegionLevel.PROVINCE and not r.is_synthetic for r in listed) == 31


def test_neighbours_do_not_contain_each_other() -> None:
    assert not Region("330100").contains(Region("330206"))
    assert not Region("100000").contains(Region("110000"))
    assert Region("000000").contains(Region("990106"))


def test_made_up_places_cannot_be_taken_for_real_ones() -> None:
    made_up = [r for r in listed_regions() if r.is_synthetic]
    assert [r.code for r in made_up] == ["990000", "990100", *(f"99010{i}" for i in range(1, 7))]
    assert all(r.name.startswith("示例") for r in made_up)
    assert not any("示例" in r.name for r in listed_regions() if not r.is_synthetic)


def test_codes_outside_the_table_keep_their_structure() -> None:
    zone = Region("330199")
    assert not zone.is_listed and zone.name == "330199"
    assert zone.parent == Region("330100")


@pytest.mark.parametrize("code", ["", "33", "3301", "33010", "3301000", "000100", "000001", "330001", "33010a", "３３０１００", " 330100"])  # fmt: skip  # noqa: E501
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Refused, match=r"kernel\.region"):
        Region(code)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("浙江省杭州市西湖区文一路1号", "浙江省杭州市西湖区"),
        ("上海市浦东新区世纪大道", "上海市浦东新区"),
        ("内蒙古自治区锡林郭勒盟多伦县某镇", "内蒙古自治区锡林郭勒盟多伦县"),
        ("西湖区文一路", "西湖区"),
        ("永辉超市楼上", ""),
        ("", ""),
    ],
)
def test_addresses_are_read_down_to_the_district(address: str, prefix: str) -> None:
    assert region_prefix(address) == prefix
