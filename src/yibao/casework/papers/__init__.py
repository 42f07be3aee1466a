"""Papers (案卷文书): what a case puts on paper, and what of it is known already.

The documents room words, numbers and renders; a case, its office and the policy know most of what a document must say.
Here the two meet: known values are filled in, people write the rest, and what was issued and served is sworn to.
"""

from __future__ import annotations

from yibao.casework.papers.office import KEYS, office, write_office
from yibao.casework.papers.rounds import ROUND_PAPERS, write_round_paper
from yibao.casework.papers.service import blank, papers, serve, write

__all__ = [
    "KEYS",
    "ROUND_PAPERS",
    "blank",
    "office",
    "papers",
    "serve",
    "write",
    "write_office",
    "write_round_paper",
]
