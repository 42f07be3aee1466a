"""The page of permissions: who may do what, asked from the policies."""

from __future__ import annotations

from tools.pieces import code, grid, page
from yibao.access import matrix


def permissions() -> str:
    """Write who may do what, role by role, as the policies come to it."""
    sections = []
    for role, may in matrix().items():
        rows = [
            (code(p), p.label.zh, p.label.en, "、".join(reach.label.zh for reach in sorted(reaches)))
            for p, reaches in may.items()
        ]
        head = ("权限 permission", "可以", "may", "对谁的事项 whose")
        sections.append(page(f"## {role.label.both()} {code(role)}", grid(head, rows)).strip())
    return page(
        "# 权限矩阵 Permissions",
        "未列出的一律不可以。应当回避的、前一步由本人办理的、三员兼任的，有角色也不可以。What is not listed may not be "
        "done; nor by who is recused, did the step before, or holds two duties. [为什么 why](../../explanation/access.md)",
        *sections,
    )
