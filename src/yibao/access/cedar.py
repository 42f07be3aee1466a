"""The policy engine: the only file that knows cedarpy, and how actors and targets are said in its words.

The policy text is parsed once a program, validated against the schema with every permission as an action, and never
changed after. Cedar skips a policy whose evaluation fails, also one that forbids; therefore an error of evaluation is
raised here and never taken for a decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import cedarpy

from yibao.access.model import Actor, Decision, Purpose, Reason, Role, Target
from yibao.access.permissions import Permission
from yibao.kernel import Refused, Region, Text

NOBODY: Final = "nobody"
NONE: Final = "none"
TEXT_KINDS: Final = frozenset({"Partner", "Subject"})
MARK: Final = "="

Json = dict[str, Any]


@cache
def policy_text() -> str:
    """Give the whole policy text, file by file."""
    folder = resources.files("yibao.access") / "policies"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".cedar")), key=lambda f: f.name)
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


@cache
def schema_text() -> str:
    """Give the schema: the words of ``schema.cedarschema`` and one action a permission."""
    words = resources.files("yibao.access") / "policies" / "schema.cedarschema"
    actions = ", ".join(f'"{permission}"' for permission in Permission)
    return (
        words.read_text(encoding="utf-8")
        + f"\naction {actions} appliesTo {{ principal: [Actor], resource: [Thing], "
        "context: { purpose: String, case_open: Bool, sensitivity: String } };\n"
    )


@cache
def policies() -> cedarpy.PolicySet:
    """Parse the policies, once; raises `Refused` (``access.policy``) where they do not fit the schema."""
    found = cedarpy.validate_policies(policy_text(), schema_text())
    if not found.validation_passed:
        raise Refused(
            "access.policy",
            zh="权限策略与词汇不符",
            en="the policies do not fit their schema",
            where="yibao/access/policies",
            came="; ".join(str(error) for error in found.errors[:3]),
            todo=Text(zh="改正策略文件", en="correct the policy files"),
        )
    return cedarpy.PolicySet.from_str(policy_text())


@cache
def notes() -> Mapping[str, Reason]:
    """Give what each policy says of itself, by its id."""
    parsed = json.loads(cedarpy.policies_to_json_str(policy_text()))["staticPolicies"]
    said = [policy["annotations"] for policy in parsed.values()]
    return {a["id"]: Reason(a["id"], Text(zh=a["zh"], en=a["en"]), a.get("basis")) for a in said}


def decide(
    actor: Actor,
    requests: Sequence[tuple[Permission, Target]],
    *,
    purpose: Purpose = Purpose.BROWSE,
    case_open: bool = False,
    sensitivity: str = "",
) -> list[Decision]:
    """Decide several requests of one actor, in their order."""
    context = {"purpose": str(purpose), "case_open": case_open, "sensitivity": sensitivity}
    targets = {target: f"t{number}" for number, target in enumerate(dict.fromkeys(t for _, t in requests))}
    entities = _entities(
        actor_entity(actor), *regions([actor.region, *(t.region for t in targets)]),
        *(_thing(name, target) for target, name in targets.items()),
    )  # fmt: skip
    asked: list[Json] = [
        {
            "principal": _uid("Actor", actor.name),
            "action": _uid("Action", permission),
            "resource": _uid("Thing", targets[target]),
            "context": context,
        }
        for permission, target in requests
    ]
    return [_decision(result) for result in cedarpy.is_authorized_batch(asked, policies(), entities)]


def residuals(actor: Actor, permission: Permission) -> tuple[bool | None, list[Json]]:
    """Evaluate as far as the unknown target allows: the decision where there is one, else what is left of the policies."""
    action = _entity("Action", permission, {})  # what is not given is unknown to partial evaluation
    entities = _entities(actor_entity(actor), action, *regions([actor.region]))
    result = cedarpy.is_authorized_partial(
        {
            "principal": f"Actor::{json.dumps(actor.name, ensure_ascii=False)}",
            "action": f'Action::"{permission}"',
            "context": {"purpose": str(Purpose.BROWSE), "case_open": False, "sensitivity": ""},
        },
        policies(),
        entities,
    )
    _raise_errors(result.diagnostics.errors)
    decided = {cedarpy.Decision.Allow: True, cedarpy.Decision.Deny: False}.get(result.decision)
    return decided, [left for _, left in sorted(result.residuals.items())]


def _decision(result: cedarpy.AuthzResult) -> Decision:
    _raise_errors(result.diagnostics.errors)
    known = notes()
    named = sorted(result.diagnostics.id_annotations_by_reason.values())
    return Decision(result.allowed, tuple(known[name] for name in named))


def _raise_errors(errors: Sequence[str]) -> None:
    if errors:
        raise Refused(
            "access.policy_failed",
            zh="权限策略无法求值，一律不许可",
            en="a policy could not be evaluated; nothing is permitted",
            came="; ".join(errors[:3]),
            todo=Text(zh="改正策略文件", en="correct the policy files"),
        )


# — entities —


def _uid(kind: str, name: object) -> Json:
    return {"type": kind, "id": str(name)}


def _reference(kind: str, name: object | None, missing: str) -> Json:
    """Give a reference to an entity; what is missing refers to the one that stands for it.

    A text of somebody's choice is marked, so that a department called "none" is not taken for no department.
    """
    if name is None:
        return {"__entity": _uid(kind, missing)}
    return {"__entity": _uid(kind, f"{MARK}{name}" if kind in TEXT_KINDS else name)}


def _entities(*parts: Json) -> cedarpy.Entities:
    return _roles().with_added_json_str(json.dumps(parts))


def _entity(kind: str, name: object, attributes: Json, parents: Iterable[Json] = ()) -> Json:
    return {"uid": _uid(kind, name), "attrs": attributes, "parents": list(parents)}


def actor_entity(actor: Actor) -> Json:
    """Say an actor as an entity."""
    return _entity(
        "Actor",
        actor.name,
        {
            "region": _reference("Region", actor.region, NOBODY),
            "institution": _reference("Institution", actor.institution_id, NOBODY),
            "person": _reference("Person", actor.person_id, NOBODY),
            "practitioner": _reference("Practitioner", actor.practitioner_id, NOBODY),
            "partner": _reference("Partner", actor.partner, NOBODY),
            "recused": [_reference("Subject", s, NONE) for s in sorted(actor.recused)],
            "recused_institutions": [
                _reference("Institution", i, NONE) for i in sorted(actor.recused_institutions)
            ],
        },
        [_uid("Role", role) for role in sorted(actor.roles)],
    )


def _thing(name: str, target: Target) -> Json:
    return _entity(
        "Thing",
        name,
        {
            "region": _reference("Region", target.region, NONE),
            "institution": _reference("Institution", target.institution_id, NONE),
            "person": _reference("Person", target.person_id, NONE),
            "practitioner": _reference("Practitioner", target.practitioner_id, NONE),
            "partner": _reference("Partner", target.partner, NONE),
            "subject": _reference("Subject", target.subject, NONE),
            "done_by": [_reference("Actor", who, NONE) for who in sorted(target.done_by)],
        },
    )


@cache
def _roles() -> cedarpy.Entities:
    """Give every role, below the group it belongs to: an administrator's duty, or the business of the house."""
    found = [
        _entity("Role", role, {}, [_uid("Role", "duty" if role.is_duty else "business")]) for role in Role
    ]
    return cedarpy.Entities.from_json_str(json.dumps(found))


def regions(wanted: Iterable[Region | None]) -> list[Json]:
    """Give the regions and all above them, each below the next."""
    chains = {region for given in wanted if given is not None for region in given.chain}
    return [
        _entity("Region", region, {}, [_uid("Region", region.parent)] if region.parent else [])
        for region in sorted(chains)
    ]
