"""Masks (脱敏): which fields of a row somebody sees, and how the others look. Masked unless a policy shows them.

What a field is – its name, its sensitivity, how it is masked – comes as data from whoever owns the rows; the sensitivities
are those of the data contract. A masked field can be neither filtered nor sorted by, since both tell what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yibao.access.cedar import decide
from yibao.access.model import Actor, Purpose, Target
from yibao.access.permissions import Permission
from yibao.access.words import Labelled
from yibao.kernel import (
    Refused,
    Text,
    date_of,
    mask_account,
    mask_address,
    mask_birth_year,
    mask_citizen_id,
    mask_diagnosis,
    mask_name,
    mask_person_number,
    mask_phone,
)

SENSITIVITIES: Final = ("personal", "sensitive")
"""The sensitivities that are masked: who somebody is, and what is medical about him; ``public`` and ``internal`` show."""
PLAIN: Final = ("public", "internal")
WHOLE: Final = "****"


class Mask(Labelled):
    """How a field looks masked."""

    ACCOUNT = "account", "银行账号留后四位", "a bank account keeps its last four digits"
    ADDRESS = "address", "地址留到区县", "an address keeps its district"
    BIRTH = "birth", "出生日期只留年代", "a birth date keeps its decade"
    CITIZEN_ID = "citizen_id", "身份证号留首末位", "a citizen id keeps its first and last digit"
    DIAGNOSIS = "diagnosis", "诊断只留类目", "a diagnosis keeps its category"
    NAME = "name", "姓名留首字", "a name keeps its first character"
    PERSON_NUMBER = "person_number", "人员编号换成代号", "a person number becomes a token"
    PHONE = "phone", "手机号留前三后四", "a phone keeps three and four digits"
    WHOLE = "whole", "全部遮盖", "covered whole"


_BY_TYPE: Final = {"citizen_id": Mask.CITIZEN_ID, "icd10": Mask.DIAGNOSIS}
_BY_NAME: Final = {
    "account": Mask.ACCOUNT,
    "address": Mask.ADDRESS,
    "birth": Mask.BIRTH,
    "executor": Mask.NAME,
    "filled_by": Mask.NAME,
    "insured_no": Mask.PERSON_NUMBER,
    "name": Mask.NAME,
    "person": Mask.PERSON_NUMBER,
    "phone": Mask.PHONE,
}
"""How personal columns of the data contract are masked that do not say it by their type; others are covered whole."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: its sensitivity as the data contract names it, and how it is masked."""

    name: str
    sensitivity: str
    mask: Mask = Mask.WHOLE

    def __post_init__(self) -> None:
        if self.sensitivity not in (*PLAIN, *SENSITIVITIES):
            raise Refused(
                "access.sensitivity",
                zh="没有这个敏感级别",
                en="there is no such sensitivity",
                where=self.name,
                wanted=" | ".join((*PLAIN, *SENSITIVITIES)),
                came=self.sensitivity,
            )

    @property
    def is_plain(self) -> bool:
        """Tell whether the field shows to whoever may see the row."""
        return self.sensitivity in PLAIN


def field_of(name: str, kind: str, sensitivity: str) -> Field:
    """Give a column of the data contract as a field: by its name and its type it is known how it is masked.

    >>> field_of("certificate_no", "citizen_id", "personal").mask, field_of("blood", "text", "sensitive").mask
    (<Mask.CITIZEN_ID: 'citizen_id'>, <Mask.WHOLE: 'whole'>)
    """
    by_name = (
        _BY_NAME if sensitivity == "personal" else {}
    )  # the name of an illness is not masked as a person's
    return Field(name, sensitivity, _BY_TYPE.get(kind) or by_name.get(name, Mask.WHOLE))


@dataclass(slots=True)
class Masks:
    """What one actor sees for one purpose; decides once a target, however many rows there are."""

    actor: Actor
    fields: Mapping[str, Field]
    purpose: Purpose = Purpose.BROWSE
    case_open: bool = False
    key: bytes | None = None
    """The key of the tokens that person numbers become; without one they are covered whole."""
    _shown: dict[tuple[Target, str], bool] = field(default_factory=dict)

    def shows(self, name: str, target: Target) -> bool:
        """Tell whether a field of a target's rows is shown as it is; a field that nobody declared is not."""
        known = self.fields.get(name)
        if known is None:
            return False
        if known.is_plain:
            return True
        asked = (target, known.sensitivity)
        if asked not in self._shown:
            self._shown[asked] = decide(
                self.actor, [(Permission.FILE_UNMASK, target)], purpose=self.purpose,
                case_open=self.case_open, sensitivity=known.sensitivity,
            )[0].allowed  # fmt: skip
        return self._shown[asked]

    def row(self, row: Mapping[str, Any], target: Target) -> dict[str, Any]:
        """Give a row as the actor may see it: the same columns, masked where no policy shows them."""
        return {
            name: value if self.shows(name, target) else self._covered(name, value)
            for name, value in row.items()
        }

    def refuse_use(self, names: Iterable[str], target: Target | None = None) -> None:
        """Refuse to filter, sort or group by a field that is masked; raises `Refused` (``access.masked_field``).

        Without a target the rows may be anybody's, and every personal or sensitive field is masked.
        """
        for name in names:
            if not self.shows(name, target or Target()):
                raise Refused(
                    "access.masked_field",
                    zh="该字段已脱敏，不能用来筛选、排序或分组",
                    en="the field is masked and cannot be filtered, sorted or grouped by",
                    where=name,
                    came=self.purpose.label.both(),
                    todo=Text(
                        zh="改用未脱敏的字段，或在未结案件中为办案查看",
                        en="use a field that is shown, or look for casework within an open case",
                    ),
                )

    def _covered(self, name: str, value: Any) -> Any:
        known = self.fields.get(name)
        return covered(known.mask if known else Mask.WHOLE, value, self.key)


def mask_row(
    actor: Actor,
    fields: Iterable[Field],
    row: Mapping[str, Any],
    target: Target,
    *,
    purpose: Purpose = Purpose.BROWSE,
    case_open: bool = False,
) -> dict[str, Any]:
    """Give one row as the actor may see it; for many rows keep one `Masks`."""
    return Masks(actor, {f.name: f for f in fields}, purpose, case_open).row(row, target)


def covered(mask: Mask, value: Any, key: bytes | None = None) -> str | None:
    """Give a value as it looks masked; nothing stays nothing.

    A birth date is a day number or a text that begins with its year.

    >>> covered(Mask.NAME, "张三丰"), covered(Mask.BIRTH, "1964-02-11"), covered(Mask.WHOLE, 12), covered(Mask.NAME, None)
    ('张**', '1960s', '****', None)
    """
    if value is None:
        return None
    text = str(value)
    match mask:
        case Mask.ACCOUNT:
            return mask_account(text)
        case Mask.ADDRESS:
            return mask_address(text)
        case Mask.BIRTH:
            return _birth(value)
        case Mask.CITIZEN_ID:
            return mask_citizen_id(text)
        case Mask.DIAGNOSIS:
            return mask_diagnosis(text)
        case Mask.NAME:
            return mask_name(text)
        case Mask.PERSON_NUMBER:
            return mask_person_number(text, key)
        case Mask.PHONE:
            return mask_phone(text)
        case Mask.WHOLE:
            return WHOLE if text else ""


def _birth(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return mask_birth_year(date_of(value).year)
    year = str(value)[:4]
    return mask_birth_year(int(year)) if year.isascii() and year.isdigit() else WHOLE
