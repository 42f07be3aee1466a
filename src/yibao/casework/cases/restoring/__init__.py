"""Restoration (待遇恢复): what a recovery gives back to patients, and that they were told.

Money that was wrongly charged was paid by two: the fund and the patient. When it comes back, the patient's part is the
patient's, and the fund's part was counted against the patient's deductible and yearly allowance, which are restored by as
much. Who keeps those accounts learns it as an event; here stands for whom, how much, and since when the patient knows.
"""

from __future__ import annotations

from yibao.casework.cases.restoring.service import Restoration, restorations, restore, restore_many, told

__all__ = ["Restoration", "restorations", "restore", "restore_many", "told"]
