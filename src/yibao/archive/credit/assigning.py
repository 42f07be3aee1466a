"""One act, one charge (一事一记): of all charges of one chain of cases only one counts, the one that costs most; pure.

What costs most depends on caps and allowances, which other acts may have used up. So the choice is made for all acts
together: each is charged in one row, and of all ways to do that the one counts in which most is lost. Thus the order in
which acts arrive does not matter, and one more act never raises a score: it only adds ways to choose from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Loss: TypeAlias = Callable[[int], int]
"""What a row loses (hundredths) by the sum of the weights charged in it; never falls as that grows."""

_MOST_WAYS: Final = 20_000
"""Ways kept at once. No file comes near; beyond it those are kept in which most is lost so far."""


def assign(options: Mapping[str, Mapping[int, int]], losses: Mapping[int, Loss]) -> dict[str, int]:
    """Give in which row each chain of acts is charged.

    ``options`` gives by chain the rows (by order) in which it could be, and with which weight; ``losses`` what each row
    loses. Rows are tried in their order, so that of ways that lose the same the first counts.
    """
    chosen = {chain: next(iter(rows)) for chain, rows in options.items() if len(rows) == 1}
    open_ = {chain: rows for chain, rows in options.items() if len(rows) > 1}
    for part in _apart(open_):
        chosen.update(_settle(part, options, chosen, losses))
    return chosen


def _apart(open_: Mapping[str, Mapping[int, int]]) -> list[list[str]]:
    """Part the chains into groups that share no row: they can be settled one by one."""
    groups: list[tuple[set[int], list[str]]] = []
    for chain in sorted(open_):
        rows, chains = set(open_[chain]), [chain]
        apart = []
        for other in groups:
            if other[0] & rows:
                rows |= other[0]
                chains = other[1] + chains
            else:
                apart.append(other)
        groups = [*apart, (rows, chains)]
    return [sorted(chains) for _, chains in groups]


def _settle(
    chains: list[str],
    options: Mapping[str, Mapping[int, int]],
    chosen: Mapping[str, int],
    losses: Mapping[int, Loss],
) -> dict[str, int]:
    rows = sorted({row for chain in chains for row in options[chain]})
    place = {row: i for i, row in enumerate(rows)}
    start = [0] * len(rows)
    for chain, row in chosen.items():
        if row in place:
            start[place[row]] += options[chain][row]
    ways: dict[tuple[int, ...], tuple[int, ...]] = {tuple(start): ()}
    for chain in chains:
        more: dict[tuple[int, ...], tuple[int, ...]] = {}
        for sums, path in ways.items():
            for row, weight in sorted(options[chain].items()):
                at = place[row]
                new = (*sums[:at], sums[at] + weight, *sums[at + 1 :])
                taken = (*path, row)
                if new not in more or taken < more[new]:
                    more[new] = taken
        ways = _thinned(more, rows, losses)
    _, path = min((-_lost(sums, rows, losses), path) for sums, path in ways.items())
    return dict(zip(chains, path, strict=True))


def _thinned(
    ways: dict[tuple[int, ...], tuple[int, ...]], rows: list[int], losses: Mapping[int, Loss]
) -> dict[tuple[int, ...], tuple[int, ...]]:
    if len(ways) <= _MOST_WAYS:
        return ways
    best = sorted(ways, key=lambda sums: (-_lost(sums, rows, losses), ways[sums]))[:_MOST_WAYS]
    return {sums: ways[sums] for sums in best}


def _lost(sums: tuple[int, ...], rows: list[int], losses: Mapping[int, Loss]) -> int:
    return sum(losses[row](total) for row, total in zip(rows, sums, strict=True))
