"""Tags: everything that can be written to the ledger, as one closed vocabulary.

A tag is ``source:subject:action``: which room, of what, what was done. A new kind of act is a new line here. What a tag
means never changes, since entries are kept for good.
"""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """Every kind of entry there is, with its Chinese name (`name_zh`)."""

    name_zh: str

    def __new__(cls, value: str, zh: str) -> Tag:
        """Make a tag of its word and its Chinese name."""
        tag = str.__new__(cls, value)
        tag._value_ = value
        tag.name_zh = zh
        return tag

    ACCESS_ACCOUNT_OPENED = "access:account:opened", "开立账号"
    ACCESS_ACCOUNT_CLOSED = "access:account:closed", "停用账号"
    ACCESS_ROLE_GIVEN = "access:role:given", "授予角色"
    ACCESS_ROLE_TAKEN = "access:role:taken", "收回角色"
    ACCESS_CASE_RECUSED = "access:case:recused", "回避"
    ACCESS_FILE_READ = "access:file:read", "查阅敏感材料"
    ACCESS_FILE_EXPORTED = "access:file:exported", "导出材料"

    ARCHIVE_FILE_OPENED = "archive:file:opened", "建档"
    ARCHIVE_FACT_WRITTEN = "archive:fact:written", "记入档案"
    ARCHIVE_CREDIT_COLLECTED = "archive:credit:collected", "采集信用指标"
    ARCHIVE_CREDIT_SENT_BACK = "archive:credit:sent_back", "退回预评定"

    AUDIT_RUN_FINISHED = "audit:run:finished", "审核完成"
    AUDIT_FILE_EXPORTED = "audit:file:exported", "导出审核结果"

    CASEWORK_FINDING_NOTICED = "casework:finding:noticed", "通知疑点"
    CASEWORK_FINDING_DECIDED = "casework:finding:decided", "认定疑点"
    CASEWORK_FINDING_TRANSFERRED = "casework:finding:transferred", "转稽核"
    CASEWORK_CASE_OPENED = "casework:case:opened", "立案"
    CASEWORK_CASE_MOVED = "casework:case:moved", "案件办理"
    CASEWORK_CASE_DECIDED = "casework:case:decided", "案件决定"
    CASEWORK_CASE_REVOKED = "casework:case:revoked", "撤销决定"
    CASEWORK_CASE_CLOSED = "casework:case:closed", "结案"
    CASEWORK_ROUND_MADE = "casework:round:made", "编制批次"
    CASEWORK_ROUND_MOVED = "casework:round:moved", "批次办理"
    CASEWORK_ROUND_ANSWERED = "casework:round:answered", "接收申诉"
    CASEWORK_PLAN_MADE = "casework:plan:made", "编制扣款计划"
    CASEWORK_PLAN_EXECUTED = "casework:plan:executed", "执行扣款计划"
    CASEWORK_PLAN_DROPPED = "casework:plan:dropped", "作废扣款计划"
    CASEWORK_RULE_SNOOZED = "casework:rule:snoozed", "规则暂停"
    CASEWORK_RULE_WOKEN = "casework:rule:woken", "规则恢复"
    CASEWORK_DECISION_REVIEWED = "casework:decision:reviewed", "盲审决定"
    CASEWORK_ROUND_SENT = "casework:round:sent", "下发批次"
    CASEWORK_ROUND_RECALLED = "casework:round:recalled", "撤回批次"
    CASEWORK_ROUND_CLOSED = "casework:round:closed", "批次办结"
    CASEWORK_AGREEMENT_DECIDED = "casework:agreement:decided", "协议处理决定"
    CASEWORK_PENALTY_DECIDED = "casework:penalty:decided", "行政处罚决定"
    CASEWORK_DOCUMENT_ISSUED = "casework:document:issued", "出具文书"
    CASEWORK_DOCUMENT_DELIVERED = "casework:document:delivered", "送达文书"
    CASEWORK_PATIENT_TOLD = "casework:patient:told", "告知参保人"
    CASEWORK_MONEY_RECOVERED = "casework:money:recovered", "追回款项"

    CONSEQUENCE_EFFECT_ORDERED = "consequence:effect:ordered", "决定落实后果"
    CONSEQUENCE_EFFECT_DECLINED = "consequence:effect:declined", "决定不予落实"
    CONSEQUENCE_EFFECT_SENT = "consequence:effect:sent", "发送协作部门"
    CONSEQUENCE_EFFECT_EXECUTED = "consequence:effect:executed", "落实后果"
    CONSEQUENCE_EFFECT_ACKNOWLEDGED = "consequence:effect:acknowledged", "协作部门回执"
    CONSEQUENCE_EFFECT_REMINDED = "consequence:effect:reminded", "催办回执"
    CONSEQUENCE_EFFECT_UNDONE = "consequence:effect:undone", "撤回后果"
    CONSEQUENCE_PARTNER_NAMED = "consequence:partner:named", "登记协作部门"
    CONSEQUENCE_CERTIFICATE_ISSUED = "consequence:certificate:issued", "出具信用证明"

    LEDGER_KEY_INTRODUCED = "ledger:key:introduced", "启用签名钥匙"
    LEDGER_KEY_ROTATED = "ledger:key:rotated", "更换签名钥匙"
    LEDGER_PERSONAL_ERASED = "ledger:personal:erased", "删除个人信息"

    REMEDY_NOTICE_RECEIVED = "remedy:notice:received", "收到通知"
    REMEDY_BILL_REFUSED = "remedy:bill:refused", "不予结算"
    REMEDY_BILL_SETTLED = "remedy:bill:settled", "重新结算"

    @property
    def source(self) -> str:
        """Give the room that writes it."""
        return self.value.split(":")[0]
