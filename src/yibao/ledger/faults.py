"""What a check finds wrong, said without the rest of the house: the offline verifier has nothing else at hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: a stable code, both languages, where, what was wanted and what came."""

    code: str
    zh: str
    en: str
    where: str | None = None
    wanted: str | None = None
    came: str | None = None

    def lines(self) -> str:
        """Give the fault as a person reads it, both languages."""
        found = [f"[{self.code}] {self.zh} / {self.en}"]
        for name, said in (
            ("位置 where", self.where),
            ("要求 wanted", self.wanted),
            ("实际 came", self.came),
        ):
            if said is not None:
                found.append(f"  {name}: {said}")
        return "\n".join(found)

    def as_json(self) -> dict[str, str | None]:
        """Give the fault as a flat object for programs."""
        return asdict(self)


class Forged(Exception):
    """Something that was handed over does not prove what it claims; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.lines())


def forged(
    code: str,
    zh: str,
    en: str,
    *,
    where: str | None = None,
    wanted: object = None,
    came: object = None,
) -> Forged:
    """Make the error of one fault."""
    said = [None if word is None else str(word) for word in (wanted, came)]
    return Forged(Fault(code, zh, en, where, *said))
