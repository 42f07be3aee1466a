"""Write the matrix as people read it: ``python -m tests.access.matrix_text > tests/access/matrix.yaml``, then review it."""

from __future__ import annotations

from yibao.access import Reach, Role, matrix

HEAD = """\
# 权限矩阵：谁可以对谁的事项做什么。未列出的一律不可以。
# The matrix: who may do what, to whose things. What is not listed may not be done.
#
# 本表由人审定；策略（src/yibao/access/policies/*.cedar）与本表不符时测试不通过。
# People have read and agreed to it; where the policies say something else, the test fails. It is written anew with
# `python -m tests.access.matrix_text > tests/access/matrix.yaml`, and the difference is to be read line by line.
#
# anything 不限 · own_region 本区及所辖 · own_institution 本机构 · own_person 本人（参保人）·
# own_practitioner 本人（医务人员）· own_partner 移送给本部门的
# file:unmask 还须目的相符，机关内还须案件未结 needs a purpose besides, and inside an open case: policies/masks.cedar
"""


def matrix_text() -> str:
    """Give the matrix, role by role and reach by reach."""
    parts = [HEAD]
    for role in Role:
        parts.append(f"\n{role}:  # {role.label.zh} {role.label.en}")
        for reach in Reach:
            permissions = [p for p, reaches in matrix()[role].items() if reach in reaches]
            if permissions:
                parts.append(f"  {reach}:")
                parts += [f"    - {p}  # {p.label.zh}" for p in permissions]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(matrix_text(), end="")
