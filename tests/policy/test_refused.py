"""The museum of invalid packs: each file in refused/ says in its head how and at which line it is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yibao import policy
from yibao.kernel import Refused

MUSEUM = Path(__file__).parent / "refused"
HEAD = re.compile(rb"# refused: (\S+)\n# line: (\d+)\n# place: (\d{6})\n# ")


@pytest.mark.parametrize("exhibit", sorted(MUSEUM.iterdir()), ids=lambda path: path.stem)
def test_exhibit_is_refused_with_its_reason(exhibit: Path, tmp_path: Path) -> None:
    head = HEAD.match(exhibit.read_bytes())
    assert head is not None, "an exhibit says what it shows"
    code, line, place = (part.decode() for part in head.groups())
    pack = tmp_path / "local"
    (pack / place).mkdir(parents=True)
    (pack / place / "audit.yaml").write_bytes(exhibit.read_bytes())

    with pytest.raises(Refused) as refusal:
        policy.load("330106", packs=[pack])

    assert refusal.value.code == code
    at = f"local/{place}/audit.yaml" + (f":{line}" if line != "0" else "")
    assert refusal.value.where == at
    assert refusal.value.came
    assert refusal.value.text.zh and refusal.value.text.en


def test_museum_is_not_empty() -> None:
    assert len(list(MUSEUM.glob("*.yaml"))) > 30


@pytest.mark.parametrize("name", ["33010", "hangzhou", "000100", "330100.yaml"])
def test_stray_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(Refused, match=r"policy\.folder"):
        policy.load("330100", packs=[tmp_path])


@pytest.mark.parametrize("name", ["audit.yml", "audit.json", "old"])
def test_stray_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "330100").mkdir()
    (tmp_path / "330100" / name).write_text("{}")
    with pytest.raises(Refused, match=r"policy\.folder"):
        policy.load("330100", packs=[tmp_path])


def test_missing_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"policy\.folder"):
        policy.load("330100", packs=[tmp_path / "nowhere"])


def test_readme_and_hidden_files_may_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "330100").mkdir()
    for place in (tmp_path, tmp_path / "330100"):
        (place / "README.md").write_text("本地政策包", encoding="utf-8")
        (place / ".keep").write_text("")
    assert policy.load("330100", packs=[tmp_path]).parameters()


def test_a_key_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "330100").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "330100" / name).write_text("audit.split_stay.gap_days: {values: []}\n")
    with pytest.raises(Refused, match=r"policy\.twice"):
        policy.load("330100", packs=[tmp_path])


def test_holidays_belong_to_the_country(tmp_path: Path) -> None:
    (tmp_path / "330100").mkdir()
    (tmp_path / "330100" / "workdays.yaml").write_text("[]\n")
    with pytest.raises(Refused, match="节假日由国家规定"):
        policy.load("330100", packs=[tmp_path])
