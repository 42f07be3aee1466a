"""Access (权限): who may do what, to whose things, and who has looked.

Somebody who acts is an `Actor` with `Role`s, a region, and what he belongs to; what is acted on is a `Target`. `check`
refuses an act that no policy permits or that one forbids (回避, 四眼, 三权分立); `allows` gives the decision with its
reasons. The policies are text that a jurist can read, ``policies/*.cedar``; `matrix` says what they come to.

Lists ask `scope` for the SQL of the rows that somebody may see; nobody else writes such a condition. `Masks` covers the
fields that he may not see in them, masked by default; `read_of_file` writes down every look at a sensitive file;
`shown_to` says what is hidden from whom when something leaves the house.

>>> from yibao.access import Permission, Target, allows, anybody
>>> from yibao.kernel import Region
>>> bool(allows(anybody(), Permission.POLICY_READ, Target())), bool(allows(anybody(), Permission.FILE_READ, Target()))
(True, False)
>>> scope(local_actor(), Permission.FINDING_READ).sql
'x.region BETWEEN :scope_0 AND :scope_1'
"""

from __future__ import annotations

from yibao.access.accounts import (
    Account,
    acting,
    actor_of,
    close_account,
    found,
    give_role,
    has_accounts,
    lift_recusal,
    list_accounts,
    open_account,
    recuse,
    take_role,
)
from yibao.access.audiences import Audience, Datum, Show, Showing, shown_to
from yibao.access.deciding import allows, check, check_all
from yibao.access.looking import Look, read_log, read_of_file, watermark
from yibao.access.masks import SENSITIVITIES, Field, Mask, Masks, covered, field_of, mask_row
from yibao.access.matrix import Reach, holders, matrix
from yibao.access.model import (
    CASE_ROLES,
    DUTIES,
    Actor,
    Decision,
    Purpose,
    Reason,
    Role,
    Target,
    anybody,
    local_actor,
)
from yibao.access.permissions import Permission
from yibao.access.scoping import NO_CASE, Scope, inside, scope

__all__ = [
    "CASE_ROLES",
    "DUTIES",
    "NO_CASE",
    "SENSITIVITIES",
    "Account",
    "Actor",
    "Audience",
    "Datum",
    "Decision",
    "Field",
    "Look",
    "Mask",
    "Masks",
    "Permission",
    "Purpose",
    "Reach",
    "Reason",
    "Role",
    "Scope",
    "Show",
    "Showing",
    "Target",
    "acting",
    "actor_of",
    "allows",
    "anybody",
    "check",
    "check_all",
    "close_account",
    "covered",
    "field_of",
    "found",
    "give_role",
    "has_accounts",
    "holders",
    "inside",
    "lift_recusal",
    "list_accounts",
    "local_actor",
    "mask_row",
    "matrix",
    "open_account",
    "read_log",
    "read_of_file",
    "recuse",
    "scope",
    "shown_to",
    "take_role",
    "watermark",
]
