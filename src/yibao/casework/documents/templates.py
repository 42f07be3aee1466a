"""Templates: which text a document is written from, the house's or the bureau's own, and what may be changed in it.

A bureau's text ``home/documents/templates/<slug>.md`` goes before the house's. It may add to the elements that law
demands and change every word around them; a placeholder that the house's text needs for a confirmed document may not be
missing from it. Where there is no text, a document is its form: every field, ruled and labelled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from yibao.casework.documents.grammar import CAPITALS, Section, check, parse, parts_of, placeholders
from yibao.casework.documents.kinds import kind as kind_of
from yibao.casework.documents.model import DocumentKind, Field, refused
from yibao.kernel import Located, Refused, Text, read_yaml

FOLDER: Final = "templates"
PARTS: Final = "parts"
HOUSE: Final = "yibao"
_FRONT: Final = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
_PART: Final = re.compile(r"\n<!-- part ([a-z0-9_]+) -->\n")
_FRONT_FIELDS: Final = (
    "document", "name", "elements", "basis", "wording", "parameters", "caution", "fields"
)  # fmt: skip
_CONTACT: Final = ("contact_name", "contact_phone", "contact_address")
_REMEDIES: Final = frozenset(
    {"review_body", "review_address", "review_online", "review_days", "court_name", "suit_months", "suit_after_review_days"}
)  # fmt: skip
_IN_WORDS: Final = frozenset({*_REMEDIES, *_CONTACT, "attachments", "party_kind"})
"""Fields that an outgoing document says in words rather than in its ruled part."""
_FIELD_KINDS: Final = (
    "text", "longtext", "enum", "bool", "int", "money", "date", "datetime", "months", "days_wd", "days_cal", "address",
    "phone", "list", "file_list",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """One template as it was read: whose it is, its text and digest, and what it is made of."""

    slug: str
    source: str
    """``yibao``, or the file of the bureau."""
    text: str
    kept: str
    """The text with the parts it inserts, which is all that a document needs to be made again."""
    digest: str
    """SHA-256 of what is kept."""
    sections: tuple[Section, ...]
    parts: Mapping[str, tuple[Section, ...]]
    fields: Mapping[str, Field]
    """What the bureau added to the fields of the document."""

    def kind(self, kind: DocumentKind) -> DocumentKind:
        """Give the kind of document with the bureau's own fields."""
        return replace(kind, fields={**kind.fields, **self.fields}) if self.fields else kind


def template(kind: DocumentKind, folder: Path | None = None, case: str | None = None) -> Template:
    """Give the template of a kind of document; ``folder`` is the home's ``documents``.

    ``case`` is named beside the place in the text by whatever is refused. Raises `Refused`:
    ``casework.document_grammar``, ``casework.document_unclosed``, ``casework.document_placeholder``,
    ``casework.document_template`` (front matter), ``casework.document_element`` (an element that law demands is gone).
    """
    try:
        return _template(kind, folder)
    except Refused as refusal:
        if case is not None:
            refusal.where = f"{refusal.where}（{case}）"
            refusal.args = (refusal.render(),)
        raise


def _template(kind: DocumentKind, folder: Path | None) -> Template:
    of_house = house_template(kind)
    if folder is None:
        return of_house
    file, own_parts = folder / FOLDER / f"{kind.slug}.md", dict(_parts_in(folder / FOLDER / PARTS))
    if not file.is_file() and not own_parts.keys() & of_house.parts.keys():
        return of_house
    text, source = (_utf8(file), file.name) if file.is_file() else (of_house.text, PARTS)
    read = read_template(kind, text, f"{kind.slug}.md", {**_house_parts(), **own_parts}, source=source)
    _keeps_elements(kind, read, source)
    return read


def kept_template(kind: DocumentKind, kept: str, where: str) -> Template:
    """Give a template from what was kept of it when a document was issued."""
    text, *rest = _PART.split(kept)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    return read_template(kind, text, where, parts, source=where)


def house_template(kind: DocumentKind) -> Template:
    """Give the house's template: its model text, or the form that the fields make."""
    return _house(kind.slug)


@cache
def _house(slug: str) -> Template:
    of = kind_of(slug)
    file = resources.files("yibao.casework.documents") / FOLDER / f"{slug}.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else plain_form(of)
    return read_template(of, text, f"{slug}.md", _house_parts(), source=HOUSE)


def plain_form(kind: DocumentKind) -> str:
    """Give the template that a document without a model text has.

    A form is its fields, ruled. What goes out has an addressee, its fields, the remedies in words, whom to ask, and the
    place of the seal.
    """
    has, outgoing = kind.fields.__contains__, kind.layout != "form"
    lines = ["<!-- title -->", *(["{org_name}"] if has("org_name") else []), kind.text.zh]
    if has("doc_number"):
        lines += ["<!-- number -->", "{doc_number}"]
    court = ("court_name",) if kind.addressee.startswith("人民法院") else ()
    for name in (*court, "receiver_name", "inst_name", "party_name"):
        if outgoing and has(name):
            lines += ["<!-- addressee -->", f"{{{name}}}："]
            break
    told = _IN_WORDS if outgoing and all(has(name) for name in _REMEDIES) else _IN_WORDS - _REMEDIES
    ruled = [name for name in kind.fields if not (outgoing and name in told)]
    lines += [f"<!-- form {' '.join(ruled)} -->", "<!-- body -->"]
    if outgoing and told >= _REMEDIES:
        lines += ["不服本决定的途径：", "{>review_suit}"]
    if outgoing and all(has(name) for name in _CONTACT):
        lines.append("联系人：{contact_name}　电话：{contact_phone}　地址：{contact_address}")
    if outgoing and has("attachments"):
        lines += ["<!-- attachments -->", "{?attachments}附件：{attachments}{/attachments}"]
    if outgoing and has("doc_date"):
        lines += ["<!-- signature -->", "{org_name}（印章）", "{doc_date}"]
    elif has("doc_date") and kind.office:
        lines += ["<!-- signature -->", "{doc_date}"]
    if has("verify_code"):
        lines += ["<!-- footer -->", "{?verify_code}核验码：{verify_code}{/verify_code}"]
    return "\n".join(lines) + "\n"


def read_template(
    kind: DocumentKind, text: str, where: str, parts: Mapping[str, str], *, source: str
) -> Template:
    """Read a template and hold it, with the parts it inserts, against the fields of its document."""
    front, body = _front(text, where)
    if front is not None and front.get("document") != kind.slug:
        raise _bad_front(front.where("document"), f"document: {kind.slug}", str(front.get("document")))
    added = _added_fields(front, kind) if front is not None else {}
    # the lines before the body are counted so that a refusal names the line that an editor shows
    sections = parse("\n" * text[: len(text) - len(body)].count("\n") + body, where)
    used = _used(sections, parts)
    check(sections, {**kind.fields, **added}, used, where)
    kept = text + "".join(f"\n<!-- part {name} -->\n{parts[name]}" for name in used)
    digest = hashlib.sha256(kept.encode()).hexdigest()
    return Template(kind.slug, source, text, kept, digest, sections, used, added)


def _used(sections: tuple[Section, ...], parts: Mapping[str, str]) -> dict[str, tuple[Section, ...]]:
    """Read the parts that a template inserts, and those that these insert."""
    used: dict[str, tuple[Section, ...]] = {}
    wanted = parts_of(sections)
    while wanted:
        name = wanted.pop()
        if name in parts and name not in used:
            used[name] = parse(parts[name], f"{PARTS}/{name}.md")
            wanted += parts_of(used[name])
    return dict(sorted(used.items()))


def _front(text: str, where: str) -> tuple[Located | None, str]:
    found = _FRONT.match(text)
    if found is None:
        return None, text
    front = read_yaml("\n" + found[1], where)
    if not isinstance(front, Located):
        raise _bad_front(where, "document: …", repr(front))
    for name in front:
        if name not in _FRONT_FIELDS:
            raise _bad_front(front.where(name), " | ".join(_FRONT_FIELDS), name)
    return front, found[2]


def _added_fields(front: Located, kind: DocumentKind) -> dict[str, Field]:
    """Read ``fields: {name: {label, kind, required}}``; a field of the house is not declared again."""
    added: dict[str, Field] = {}
    declared = front.get("fields")
    if declared is None:
        return added
    if not isinstance(declared, Located):
        raise _bad_front(front.where("fields"), "fields: {name: {label: …, kind: text}}", repr(declared))
    for name, said in declared.items():
        where = declared.where(name)
        if not isinstance(said, Located) or not {"label", "kind"} <= set(said) <= {
            "label",
            "kind",
            "required",
        }:
            raise _bad_front(where, "{label: …, kind: …, required: yes | no}", repr(said))
        if name in kind.fields or name.endswith(CAPITALS) or said["kind"] not in _FIELD_KINDS:
            raise _bad_front(where, " | ".join(_FIELD_KINDS), f"{name}: {said['kind']}")
        required = "yes" if said.get("required") in (True, "yes") else "no"
        added[name] = Field(name, str(said["label"]), str(said["kind"]), required, "input.handler")
    return added


def _bad_front(where: str, wanted: str, came: str) -> Refused:
    return refused(
        "template", "模板开头的说明写法不对", "the front matter of the template is not in the known form",
        where=where, wanted=wanted, came=came,
    )  # fmt: skip


def _keeps_elements(kind: DocumentKind, own: Template, where: str) -> None:
    """Refuse a text of the bureau that has lost an element of a confirmed document."""
    if kind.status != "confirmed":
        return
    wanted = _elements(kind, house_template(kind))
    gone = sorted(wanted - _elements(own.kind(kind), own))
    if gone:
        raise refused(
            "element", "模板删去了法定要素，只能增加，不能删减",
            "the template has lost elements that law demands: they may be added to, not removed",
            where=where, wanted="; ".join(f"{{{name}}} {_labels(kind)[name]}" for name in gone), came="—",
            todo=Text(zh="把这些字段放回模板", en="put these placeholders back into the template"),
        )  # fmt: skip


def _elements(kind: DocumentKind, of: Template) -> set[str]:
    """Give the fields of the document, and the columns of its tables, that a template prints, parts included."""
    sections = [*of.sections, *(section for part in of.parts.values() for section in part)]
    ruled = {name for section in sections for name in section.names}
    if any(section.style == "form" and not section.names for section in sections):
        ruled = set(kind.fields)
    in_tables = {column for name in ruled for column in kind.fields[name].columns}
    return (placeholders(sections) | ruled | in_tables) & _labels(kind).keys()


def _labels(kind: DocumentKind) -> dict[str, str]:
    columns = {name: one.label for field in kind.fields.values() for name, one in field.columns.items()}
    return {**columns, **{name: field.label for name, field in kind.fields.items()}}


@cache
def _house_parts() -> Mapping[str, str]:
    with resources.as_file(resources.files("yibao.casework.documents") / FOLDER / PARTS) as folder:
        return dict(_parts_in(folder))


def _parts_in(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        yield file.stem, _utf8(file)


def _utf8(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _bad_front(file.name, "UTF-8", "another encoding") from None
