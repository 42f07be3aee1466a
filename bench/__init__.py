"""The measurements this house quotes: one command each, beside a peer or a hand-written best in the same run.

Times on shared machines drift; what is compared here is taken turn by turn in one process and told as a ratio of
medians, with the state of the machine beside it. No test asserts a time.
"""

from __future__ import annotations
