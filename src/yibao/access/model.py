"""The nouns of access: who acts (actor, role), on what (target), what for (purpose), and what was decided and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from yibao.access.words import Labelled
from yibao.kernel import Region, Text

LOCAL_NAME: Final = "local"
"""The name of who acts in a home that has no accounts."""


class Role(Labelled):
    """Who somebody is to the house, with a label in both languages."""

    AGENCY_CLERK = "agency_clerk", "经办人员", "agency clerk"
    AGENCY_HEAD = "agency_head", "经办机构负责人", "head of the agency"
    ASSOCIATION = "association", "行业协会", "association"
    AUDIT_ADMINISTRATOR = "audit_administrator", "审计管理员", "audit administrator"
    AUDITOR = "auditor", "内审纪检人员", "auditor"
    CASE_HANDLER = "case_handler", "办案人员", "case handler"
    DECIDING_HEAD = "deciding_head", "行政机关负责人", "deciding head"
    EXPERT = "expert", "评审专家", "expert"
    INSTITUTION_STAFF = "institution_staff", "定点医药机构人员", "institution staff"
    INSURED_PERSON = "insured_person", "参保人", "insured person"
    LEGAL_REVIEWER = "legal_reviewer", "法制审核人员", "legal reviewer"
    PARTNER_DEPARTMENT = "partner_department", "协作部门", "partner department"
    PRACTITIONER = "practitioner", "医务人员", "practitioner"
    PUBLIC = "public", "社会公众", "public"
    REVIEWER = "reviewer", "复审人员", "reviewer"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员", "security administrator"
    SOCIAL_SUPERVISOR = "social_supervisor", "社会监督员", "social supervisor"
    SUPERVISOR = "supervisor", "监管人员", "supervisor"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员", "system administrator"

    @property
    def is_duty(self) -> bool:
        """Tell whether this is one of the three administrators' duties (三权), each held alone."""
        return self in DUTIES


DUTIES: Final = frozenset({Role.AUDIT_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR})
"""系统、安全、审计: an account that holds one of these holds no other role."""

CASE_ROLES: Final = frozenset(
    {
        Role.AGENCY_CLERK, Role.AGENCY_HEAD, Role.AUDITOR, Role.CASE_HANDLER, Role.DECIDING_HEAD, Role.EXPERT,
        Role.LEGAL_REVIEWER, Role.REVIEWER, Role.SUPERVISOR,
    }
)  # fmt: skip
"""The roles of those who work on findings and cases inside bureau and agency."""


class Purpose(Labelled):
    """What somebody looks at a file for; a field shows only for a purpose that needs it."""

    BROWSE = "browse", "日常查看", "browsing"
    CASEWORK = "casework", "办理案件", "working on a case"
    DELIBERATION = "deliberation", "专家合议", "deliberation of experts"
    OVERSIGHT = "oversight", "内部监督", "internal oversight"
    OWN = "own", "本人或本机构查阅", "one's own file"
    STATISTICS = "statistics", "统计分析", "statistics"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a person with a name of the house, roles, a region, and what he belongs to.

    ``name`` is the account's name, unique and never used again; it is what acts, ledger and log record. ``recused``
    are the subjects of cases (as ``Target.subject``), ``recused_institutions`` the institutions, that he must stay
    away from.
    """

    id: int
    name: str
    roles: frozenset[Role]
    region: Region
    institution_id: int | None = None
    person_id: int | None = None
    practitioner_id: int | None = None
    partner: str | None = None
    holder: str = ""
    recused: frozenset[str] = frozenset()
    recused_institutions: frozenset[int] = frozenset()

    @property
    def is_local(self) -> bool:
        """Tell whether this is the built-in actor of a home without accounts."""
        return self.id == 0 and self.name == LOCAL_NAME


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on, as far as access needs to know it; what is left out belongs to nobody.

    ``region`` is whose fund or duty it is; ``subject`` is the number of the case (``C000042``), from which somebody may be
    recused; ``done_by`` are the names of those who did the step that this act is to check (四眼).
    """

    region: Region | None = None
    institution_id: int | None = None
    person_id: int | None = None
    practitioner_id: int | None = None
    partner: str | None = None
    subject: str | None = None
    done_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """One policy that settled a decision: its id, what it says, and the law it rests on."""

    policy: str
    text: Text
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, by which policies; a refusal without a reason is one that nothing permits."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


def local_actor() -> Actor:
    """Give the single user of a home without accounts: every case role, in the whole country, no administrator's duty."""
    return Actor(id=0, name=LOCAL_NAME, roles=CASE_ROLES, region=Region("000000"), holder="本机用户")


def anybody(region: Region | None = None) -> Actor:
    """Give the public, which has no account."""
    return Actor(
        id=0, name="public", roles=frozenset({Role.PUBLIC}), region=region or Region("000000"), holder="公众"
    )
