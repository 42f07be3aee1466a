"""The people of the story: one for each part that the law wants played by somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from yibao.access import Actor, Role
from yibao.kernel import Region


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: named by their part, all of one region; ``hospital`` and ``doctor`` speak for themselves."""

    region: Region

    def _one(
        self,
        number: int,
        name: str,
        role: Role,
        *,
        institution_id: int | None = None,
        practitioner_id: int | None = None,
    ) -> Actor:
        return Actor(
            id=number, name=f"story-{name}", roles=frozenset({role}), region=self.region, holder=role.label.zh,
            institution_id=institution_id, practitioner_id=practitioner_id,
        )  # fmt: skip

    @property
    def supervisor(self) -> Actor:
        """Who takes the clue down and assigns the case."""
        return self._one(-1, "supervisor", Role.SUPERVISOR)

    @property
    def officer(self) -> Actor:
        """The first of the two officers who investigate."""
        return self._one(-2, "officer", Role.CASE_HANDLER)

    @property
    def second_officer(self) -> Actor:
        """The second of them."""
        return self._one(-3, "second-officer", Role.CASE_HANDLER)

    @property
    def lawyer(self) -> Actor:
        """Who reviews the lawfulness."""
        return self._one(-4, "lawyer", Role.LEGAL_REVIEWER)

    @property
    def head(self) -> Actor:
        """Who decides for the bureau."""
        return self._one(-5, "head", Role.DECIDING_HEAD)

    @property
    def clerk(self) -> Actor:
        """Who works at the agency."""
        return self._one(-6, "clerk", Role.AGENCY_CLERK)

    @property
    def second_clerk(self) -> Actor:
        """His colleague at the agency."""
        return self._one(-7, "second-clerk", Role.AGENCY_CLERK)

    @property
    def reviewer(self) -> Actor:
        """Who reviews at the agency."""
        return self._one(-8, "reviewer", Role.REVIEWER)

    @property
    def agency_head(self) -> Actor:
        """Who decides for the agency."""
        return self._one(-9, "agency-head", Role.AGENCY_HEAD)

    @property
    def second_reviewer(self) -> Actor:
        """His colleague, who reconsiders."""
        return self._one(-12, "second-reviewer", Role.REVIEWER)

    @property
    def second_head(self) -> Actor:
        """Another head of the bureau, who reviews what the first determined."""
        return self._one(-13, "second-head", Role.DECIDING_HEAD)

    def hospital(self, institution_id: int) -> Actor:
        """Give who speaks for an institution."""
        return self._one(-10, "hospital", Role.INSTITUTION_STAFF, institution_id=institution_id)

    def doctor(self, practitioner_id: int) -> Actor:
        """Give the doctor himself."""
        return self._one(-11, "doctor", Role.PRACTITIONER, practitioner_id=practitioner_id)
