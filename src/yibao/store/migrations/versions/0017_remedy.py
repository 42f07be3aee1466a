"""Remedy: objections, repairs and appeals as cases; receipts of what runs from them; refused bills, settled again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_remedy"
down_revision: str | None = "0016_consequence"

_TRACKS = "'audit', 'agreement', 'penalty', 'designation'"
APPEND_ONLY = ("remedy_receipt", "bill_refused", "bill_settled_again")


def upgrade() -> None:
    """Let cases be about practitioners and walk the new track; create the room's tables."""
    op.add_column("case_file", sa.Column("practitioner_id", sa.BigInteger))
    for column in ("person_id", "practitioner_id"):
        op.create_index(
            f"ix_case_file_{column}", "case_file", [column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )  # fmt: skip
    op.drop_constraint(op.f("ck_case_file_track"), "case_file")
    op.create_check_constraint(op.f("ck_case_file_track"), "case_file", f"track IN ({_TRACKS}, 'remedy')")
    op.create_table(
        "remedy_case",
        sa.Column("case_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.BigInteger),
        sa.Column("fact", sa.BigInteger),
        sa.Column("about_case", sa.BigInteger),
        sa.PrimaryKeyConstraint("case_id", name="pk_remedy_case"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_remedy_case_case_id"),
        sa.ForeignKeyConstraint(["subject"], ["archive_subject.id"], name="fk_remedy_case_subject"),
        sa.ForeignKeyConstraint(["fact"], ["archive_fact.id"], name="fk_remedy_case_fact"),
        sa.ForeignKeyConstraint(["about_case"], ["case_file.id"], name="fk_remedy_case_about_case"),
        sa.CheckConstraint(
            "kind IN ('points', 'credit', 'grade_repair', 'public_repair', 'contest')",
            name=op.f("ck_remedy_case_kind"),
        ),
        sa.CheckConstraint("(fact IS NULL) <> (about_case IS NULL)", name=op.f("ck_remedy_case_about")),
        comment="what an objection, a repair or an appeal is about (异议、修复与救济): a fact of a file, or a case",
    )
    op.create_index("ix_remedy_case_fact", "remedy_case", ["fact"])
    op.create_index("ix_remedy_case_about_case", "remedy_case", ["about_case"])
    op.create_index("ix_remedy_case_subject", "remedy_case", ["subject"])
    op.create_table(
        "remedy_receipt",
        sa.Column("fact", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("fact", name="pk_remedy_receipt"),
        sa.ForeignKeyConstraint(["fact"], ["archive_fact.id"], name="fk_remedy_receipt_fact"),
        comment="on which day somebody received the notice of a fact (送达): his period to object runs from it",
    )
    op.create_table(
        "bill_refused",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("bill", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False, server_default=""),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("institution_id", sa.BigInteger),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fact", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_bill_refused"),
        sa.ForeignKeyConstraint(["subject"], ["archive_subject.id"], name="fk_bill_refused_subject"),
        sa.ForeignKeyConstraint(["fact"], ["archive_fact.id"], name="fk_bill_refused_fact"),
        sa.CheckConstraint("fund_fen > 0", name=op.f("ck_bill_refused_money")),
        sa.CheckConstraint(
            "reason IN ('suspended', 'terminated', 'unregistered')", name=op.f("ck_bill_refused_reason")
        ),
        comment="bills that were not settled because of a person's status (不予结算), and on which fact that rested",
    )
    op.create_index("ix_bill_refused_subject_day", "bill_refused", ["subject", "day"])
    op.create_index("ix_bill_refused_bill_line", "bill_refused", ["bill", "line"])
    op.create_table(
        "bill_settled_again",
        sa.Column("refused", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("refused", name="pk_bill_settled_again"),
        sa.ForeignKeyConstraint(["refused"], ["bill_refused.id"], name="fk_bill_settled_again_refused"),
        comment="refused bills that were settled after all (重新结算), since the status they rested on fell",
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")


def downgrade() -> None:
    """Take it back."""
    for table in ("bill_settled_again", "bill_refused", "remedy_receipt", "remedy_case"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_case_file_track"), "case_file")
    op.create_check_constraint(op.f("ck_case_file_track"), "case_file", f"track IN ({_TRACKS})")
    for column in ("person_id", "practitioner_id"):
        op.drop_index(f"ix_case_file_{column}", "case_file")
    op.drop_column("case_file", "practitioner_id")
