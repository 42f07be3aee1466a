"""Policy (政策参数): what the rules of the house take from law and agreement, dated, sourced, by region.

A threshold in code is a threshold nobody can dispute. Here every value says which instrument set it, from
when until when, how sure we are (`Status`), and since when we have known it; what no instrument settles is
``assumed`` and shows as such. Packs are folders of YAML by region code, the house's own (``packs/``) and any
number of others, so that a bureau adds or overrides by writing files, not code:

>>> from yibao import policy
>>> from yibao.kernel import day_of_ymd
>>> gap = policy.load("990100").at("audit.split_stay.gap_days", day_of_ymd(20260305))
>>> gap.number, str(gap.unit), gap.assumed, gap.region.name
(15, 'days', True, '全国')

A region may also adopt a rule (`Adoption`): by an instrument with a named approver its findings are clear there.

`load` a region's `Policy`, then ask it ``at`` a day or for the ``segments`` of a period.
"""

from __future__ import annotations

from yibao.policy.lookup import Policy, load, regions
from yibao.policy.model import Adoption, Parameter, Plain, Status, Unit, Value

__all__ = ["Adoption", "Parameter", "Plain", "Policy", "Status", "Unit", "Value", "load", "regions"]
