"""The verbs of papers: see what is missing of a document, write it, serve it; each sworn to in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from yibao.access import Permission, Target, check
from yibao.casework.cases import Case, Desk, Track, acts, check_due, held_findings
from yibao.casework.documents import (
    CaseRef,
    Delivery,
    Document,
    DocumentKind,
    Way,
    deliver,
    deliveries,
    fields,
    issue,
    kind,
    of_case,
)
from yibao.casework.papers.annex import Annex, write_annex
from yibao.casework.papers.knowing import known_values, with_totals
from yibao.casework.papers.office import issuer_on
from yibao.casework.rounds import find_lines
from yibao.casework.tracks import TRACKS, line_papers, the_case
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.ledger import Tag, record
from yibao.store import Home, Register


def blank(desk: Desk, home: Home, register: Register, case_id: int, slug: str, day: int) -> str:
    """Give the values of a document as a file to be filled in: what is known stands there, what is not is empty."""
    case = _readable(desk, case_id)
    of = kind(slug)
    known = with_totals(of, known_values(desk, home, register, case.id, of, day))
    lines = [f"# {of.text.zh}（{of.slug}） {case.number}"]
    for field in of.fields.values():
        if field.kind in ("sign", "seal") or field.source.startswith(
            ("template.title", "calc.number(", "ledger.receipt")
        ):
            continue
        must = {"yes": "必填", "no": "可空"}.get(field.required, field.required)
        lines.append(f"# {field.label}（{field.kind}，{must}）{field.note}")
        value = known.get(field.name)
        shown = {field.name: _plain(field.kind, value)}
        if field.columns and isinstance(value, list):
            shown = {field.name: [{c: row.get(c) for c in field.columns} for row in shown[field.name]]}
        if value is None and field.columns:
            shown = {field.name: []}
            lines.append(f"#   每行：{'、'.join(f'{c.name} {c.label}' for c in field.columns.values())}")
        lines.append(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False).rstrip("\n"))
    return "\n".join(lines) + "\n"


def write(
    desk: Desk,
    home: Home,
    register: Register,
    case_id: int,
    slug: str,
    given: Mapping[str, Any],
    day: int,
    *,
    under: int | None = None,
) -> Document:
    """Write a document of a case: what is known of it, and over that what is given; its digest goes to the ledger.

    Raises `Refused` as `documents.issue` does, with all that is missing at once.
    """
    case = the_case(desk, case_id)
    check(desk.actor, Permission.DOCUMENT_MAKE, _target(case))
    of = kind(slug)
    check_due(TRACKS[case.track], case, acts(desk.unit, case_id), slug)
    strange = sorted(set(given) - {field.name for field in fields(slug)})
    said = {k: v for k, v in given.items() if v not in (None, "")}
    values = with_totals(of, {**known_values(desk, home, register, case_id, of, day), **said})
    if strange:
        raise _strange(slug, strange)
    beside = _annex(desk, home, register, case, of, values, day)
    if beside is not None:
        values["attachments"] = [beside.told]
    made = issue(
        desk.unit,
        home,
        desk.policy,
        slug,
        CaseRef(case.track, case_id),
        values,
        desk.actor.name,
        day=day,
        issuer=issuer_on(of, case.track) if of.office else None,
        under=under,
    )
    body: dict[str, Json] = {
        "case": case.number, "slug": slug, "number": made.number, "sha256": made.digest, "docx_sha256": made.docx_digest,
        **({"annex_sha256": beside.digest} if beside is not None else {}),
    }  # fmt: skip
    record(desk.unit, Tag.CASEWORK_DOCUMENT_ISSUED, f"document:{made.id}", body)
    return made


def _annex(
    desk: Desk, home: Home, register: Register, case: Case, of: DocumentKind, values: Mapping[str, Any], day: int
) -> Annex | None:  # fmt: skip
    """Write the lines beside a paper that speaks of them and lists its annexes, unless people listed their own."""
    speaks = {"violations", "attachments"} <= set(of.fields) and of.read_outside
    if not speaks or values.get("attachments") or case.institution_id is None:
        return None
    return write_annex(desk, home, register, held_findings(desk.unit, case.id), case.institution_id, day)


def serve(
    desk: Desk, case_id: int, document: int, way: Way | str, day: int, receiver: str, proof: Mapping[str, str]
) -> Delivery:
    """Record how a document of a case was served, and swear to it."""
    case = the_case(desk, case_id)
    check(desk.actor, Permission.DOCUMENT_MAKE, _target(case))
    _check_its_own(desk, case, document)
    done = deliver(
        desk.unit, desk.policy, document, way, day, actor=desk.actor.name, receiver=receiver, proof=proof
    )
    body: dict[str, Json] = {"case": case.number, "way": str(way), "day": date_of(day).isoformat()}
    record(desk.unit, Tag.CASEWORK_DOCUMENT_DELIVERED, f"document:{document}", body)
    return done


def _check_its_own(desk: Desk, case: Case, document: int) -> None:
    """Refuse a document of another case: who may act in one does not serve the papers of all."""
    mine = [one.id for one in of_case(desk.unit, CaseRef(case.track, case.id))]
    if document not in mine:
        raise Refused(
            "casework.document_not_found",
            zh="本案没有这份文书",
            en="this case has no such document",
            where=case.number,
            wanted=" | ".join(str(one) for one in mine) or "—",
            came=str(document),
            todo=Text(zh="用 yibao case papers 查看编号", en="see the numbers with yibao case papers"),
        )


def papers(desk: Desk, case_id: int) -> list[tuple[Document, int | None]]:
    """Give the documents of a case, oldest first, each with the day on which it was served."""
    case = _readable(desk, case_id)
    if case.track is Track.AUDIT:
        [line] = find_lines(desk, [case.number])
        found = line_papers(desk, line)
    else:
        found = of_case(desk.unit, CaseRef(case.track, case_id))
    return [
        (one, next((d.served_day for d in deliveries(desk.unit, one.id) if d.served_day is not None), None))
        for one in found
    ]


def _readable(desk: Desk, case_id: int) -> Case:
    case = the_case(desk, case_id)
    check(desk.actor, Permission.DOCUMENT_READ, _target(case))
    return case


def _target(case: Case) -> Target:
    return Target(Region(case.region), case.institution_id, case.person_id, subject=case.number)


def _strange(slug: str, names: list[str]) -> Refused:
    return Refused(
        "casework.document_field",
        zh="这种文书没有这些内容",
        en="this document has no such fields",
        where=slug,
        wanted=", ".join(field.name for field in fields(slug)),
        came=", ".join(names),
        todo=Text(zh="用 --blank 写出这种文书的全部内容", en="write all its fields with --blank"),
    )


def _plain(form: str, value: Any) -> Any:
    """Give a value as the file shows it: days as dates, rows and lists as they are."""
    if value is not None and form == "date" and isinstance(value, int):
        return date_of(value)
    if isinstance(value, list):
        return [
            {k: date_of(v) if k.startswith("period_") and isinstance(v, int) else v for k, v in row.items()}
            if isinstance(row, dict)
            else row
            for row in value
        ]
    return value
