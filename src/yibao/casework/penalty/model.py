"""The nouns of a penalty case: what was told, what was decided, who investigates, by which evidence; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yibao.casework.cases import Act, Case, Money, Transfer
from yibao.casework.penalty.ranges import Article, Circumstance, Step
from yibao.kernel import Json, Text, add_months


class Party(StrEnum):
    """Whom a case is about: the threshold of a hearing differs."""

    PERSON = "person"
    UNIT = "unit"
    OTHER = "other"
    """Neither an institution nor a person of the register: an agency, or whoever is not known by an id yet."""

    @property
    def measured_as(self) -> str:
        """Give by whose thresholds it is measured: a citizen's where it is not known, for they protect more."""
        return "unit" if self is Party.UNIT else "person"


EVIDENCE_KINDS = {
    "documentary": Text(zh="书证", en="documentary evidence"),
    "physical": Text(zh="物证", en="physical evidence"),
    "audiovisual": Text(zh="视听资料", en="audiovisual material"),
    "electronic": Text(zh="电子数据", en="electronic data"),
    "testimony": Text(zh="证人证言", en="testimony"),
    "party": Text(zh="当事人的陈述", en="the party’s statement"),
    "expert": Text(zh="鉴定意见", en="expert opinion"),
    "record": Text(zh="勘验笔录、现场笔录", en="record of an inspection"),
}
"""The kinds of evidence of 行政处罚法 Art. 46."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who investigates a case, with the number of his certificate."""

    account: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of the evidence list, with the digest of what was handed in."""

    ordinal: int
    name: str
    kind: str
    sha256: str
    proves: str


class SuspensionGround(StrEnum):
    """The grounds on which 条例 Art. 38 lets the bureau suspend a department; without one there is only fine and refund."""

    REFUSED = "refused"
    GRAVE = "grave"


SUSPENSION_GROUNDS = {
    SuspensionGround.REFUSED: Text(zh="拒不改正", en="refused to rectify"),
    SuspensionGround.GRAVE: Text(zh="造成严重后果", en="did grave harm"),
}


class BarGround(StrEnum):
    """The grounds on which 条例 Art. 43 bars whoever is in charge of an institution from managing designated ones."""

    MAJOR_LOSS = "major_loss"
    SOCIAL_HARM = "social_harm"


BAR_GROUNDS = {
    BarGround.MAJOR_LOSS: Text(zh="造成医疗保障基金重大损失", en="a major loss to the fund"),
    BarGround.SOCIAL_HARM: Text(zh="造成其他严重不良社会影响", en="other grave harm to society"),
}


@dataclass(frozen=True, slots=True)
class Measures:
    """What is proposed, told or decided against a party."""

    article: Article
    act_day: int
    """The day of the act; where it went on, the day it ended."""
    loss_fen: int
    refund_fen: int
    patient_fen: int
    """The part of the refund that is the patients' own money."""
    fine_fen: int
    suspension_months: int = 0
    suspension_ground: SuspensionGround | None = None
    """Why a department is suspended, where the article wants a ground for it."""
    bar_ground: BarGround | None = None
    barred: str = ""
    """The legal representative or head who is barred; a person's name, which no leaf of the ledger has in the clear."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The party was told: what, whether with the right to a hearing, and when it was served."""

    id: int
    measures: Measures
    hearing_due: bool
    served_day: int | None
    answered: bool
    """Whether the party defended itself, was heard, or waived it expressly."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, between which bounds, and by which step or circumstance."""

    id: int
    measures: Measures
    least_fen: int
    most_fen: int
    step: Step | None
    circumstance: Circumstance | None
    served_day: int | None
    revoked: bool
    bar_years: int = 0
    """For how many years from the service on somebody is barred; 0 where nobody is."""

    @property
    def barred_until(self) -> int | None:
        """Give the first day on which nobody is barred any more; None where nobody is, or it was not served yet."""
        if not self.bar_years or self.served_day is None or self.revoked:
            return None
        return add_months(self.served_day + 1, 12 * self.bar_years)


@dataclass(frozen=True, slots=True)
class Contest:
    """A review or a suit: it does not stop execution, but the addition for being late does not run meanwhile."""

    kind: str
    from_day: int
    until_day: int | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything of a case that its guards look at."""

    case: Case
    acts: tuple[Act, ...]
    officers: tuple[Officer, ...]
    evidence: tuple[Evidence, ...]
    tellings: tuple[Telling, ...]
    decision: Decision | None
    contests: tuple[Contest, ...]
    transfers: tuple[Transfer, ...]

    @property
    def party(self) -> Party:
        """Give whom the case is about."""
        if self.case.institution_id is not None:
            return Party.UNIT
        return Party.PERSON if self.case.person_id is not None else Party.OTHER

    @property
    def grave(self) -> bool:
        """Tell whether it was filed as harm to life, health or financial safety: limitation is longer (Art. 36)."""
        return any(act.verb == "file" and bool(act.body.get("harm")) for act in self.acts)

    @property
    def told(self) -> Telling | None:
        """Give what the party was told last."""
        return self.tellings[-1] if self.tellings else None

    def did(self, verb: str, *, since: str | None = None) -> bool:
        """Tell whether something was done, after the newest act of another verb where one is named."""
        verbs = [act.verb for act in self.acts]
        if since is not None and since in verbs:
            verbs = verbs[len(verbs) - verbs[::-1].index(since) :]
        return verb in verbs


def found_of(measures: Measures) -> Money:
    """Give what was found, by purse."""
    return Money(measures.loss_fen - measures.patient_fen, measures.patient_fen)


def refund_of(measures: Measures) -> Money:
    """Give what is to return, by purse."""
    return Money(measures.refund_fen - measures.patient_fen, measures.patient_fen)


def said_of(measures: Measures) -> dict[str, Json]:
    """Give measures as an act keeps them."""
    return {
        "article": measures.article, "act_day": measures.act_day, "loss_fen": measures.loss_fen,
        "refund_fen": measures.refund_fen, "patient_fen": measures.patient_fen, "fine_fen": measures.fine_fen,
        "suspension_months": measures.suspension_months, "suspension_ground": measures.suspension_ground,
        "bar_ground": measures.bar_ground,
    }  # fmt: skip


def named_in(measures: Measures) -> dict[str, str]:
    """Give whom measures name, for the ledger's salted commitments."""
    return {"barred": measures.barred} if measures.barred else {}
