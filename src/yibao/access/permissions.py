"""Every permission of the house (权限), in one place, alphabetised.

A permission is written ``<resource>:<action>``: the resource is the noun that the room concerned uses, the action one
verb of it. A new verb of the house is a new line here, a label, and a place in ``policies/*.cedar``; the matrix test
does not pass until a person has said who may do it, and who may not.
"""

from __future__ import annotations

from typing import Final

from yibao.access.words import Labelled

CASES: Final = frozenset({"agreement", "penalty"})
"""The resources that are cases: their lists must name the case, since somebody may have been recused from one."""


class Permission(Labelled):
    """What somebody may do, ``<resource>:<action>``, with a label in both languages."""

    ACCESS_CLOSE_ACCOUNT = "access:close_account", "停用账户", "close accounts"
    ACCESS_GIVE_ROLE = "access:give_role", "授予和收回角色", "give and take roles"
    ACCESS_OPEN_ACCOUNT = "access:open_account", "开立账户", "open accounts"
    ACCESS_READ_ACCOUNTS = "access:read_accounts", "查看账户与角色", "see accounts and their roles"
    ACCESS_READ_LOG = "access:read_log", "查看访问日志", "read the access log"
    ACCESS_RECUSE = "access:recuse", "登记回避", "record a recusal"
    AGREEMENT_ANSWER = "agreement:answer", "对协议处理陈述申辩", "answer in an agreement case"
    AGREEMENT_ASSIGN = "agreement:assign", "分派协议处理案件", "assign agreement cases"
    AGREEMENT_CLOSE = "agreement:close", "办结协议处理案件", "close agreement cases"
    AGREEMENT_DECIDE = "agreement:decide", "作出协议处理决定", "decide agreement cases"
    AGREEMENT_DELIVER = "agreement:deliver", "送达协议处理文书", "deliver in agreement cases"
    AGREEMENT_INVESTIGATE = "agreement:investigate", "核查协议处理案件", "investigate agreement cases"
    AGREEMENT_OPEN = "agreement:open", "启动协议处理", "open agreement cases"
    AGREEMENT_PROPOSE = "agreement:propose", "提出协议处理建议", "propose in agreement cases"
    AGREEMENT_READ = "agreement:read", "查看协议处理案件", "read agreement cases"
    AGREEMENT_RECOVER = "agreement:recover", "登记协议追回款项", "record recoveries by agreement"
    AGREEMENT_REVIEW = "agreement:review", "复核协议处理建议", "review agreement cases"
    AGREEMENT_TRANSFER = "agreement:transfer", "移送协议处理案件", "transfer agreement cases"
    ARCHIVE_ERASE = "archive:erase", "依法删除档案中的个人信息", "erase personal data of a file by law"
    ARCHIVE_JOIN = "archive:join", "并档与分档", "join and part files"
    ARCHIVE_READ = "archive:read", "查看档案", "read files"
    AUDIT_RUN = "audit:run", "运行审核", "run audits"
    BACKUP_MAKE = "backup:make", "备份", "make backups"
    BACKUP_RESTORE = "backup:restore", "恢复备份", "restore backups"
    BILL_REFUSE = "bill:refuse", "登记不予结算的费用", "put refused bills on record"
    BILL_SETTLE = (
        "bill:settle",
        "重新结算不应拒付的费用",
        "settle bills again that should not have been refused",
    )
    CREDIT_CONFIRM = "credit:confirm", "确认信用等级", "confirm credit grades"
    CREDIT_OBSERVE = "credit:observe", "登记信用指标事实", "record facts of credit indicators"
    CREDIT_RATE = "credit:rate", "预评定信用等级并告知", "rate provisionally and give notice"
    DATA_COLLECT = "data:collect", "收集数据", "collect data"
    DESIGNATION_APPLY = "designation:apply", "申请定点", "apply for designation"
    DESIGNATION_ASSESS = "designation:assess", "评估定点申请", "assess applications for designation"
    DESIGNATION_CHANGE = "designation:change", "办理定点变更", "change a designation"
    DESIGNATION_DECIDE = "designation:decide", "决定定点事项", "decide on designation"
    DESIGNATION_EXIT = "designation:exit", "办理定点退出", "end a designation"
    DESIGNATION_NEGOTIATE = "designation:negotiate", "协商服务协议", "negotiate agreements"
    DESIGNATION_READ = "designation:read", "查看定点事项", "read designation matters"
    DESIGNATION_RENEW = "designation:renew", "办理协议续签", "renew agreements"
    DESIGNATION_SIGN = "designation:sign", "签订服务协议", "sign agreements"
    DOCUMENT_MAKE = "document:make", "制作文书", "make documents"
    DOCUMENT_READ = "document:read", "查看文书", "read documents"
    DOCUMENT_TEMPLATE = "document:template", "修改文书模板", "change document templates"
    EFFECT_ACKNOWLEDGE = "effect:acknowledge", "登记后果的回执", "acknowledge effects"
    EFFECT_CERTIFY = "effect:certify", "申请、出具信用证明", "ask for and give credit certificates"
    EFFECT_EXECUTE = "effect:execute", "落实后果", "carry effects out"
    EFFECT_NAME_PARTNER = (
        "effect:name_partner",
        "登记协作部门及其公钥",
        "name partner departments and their keys",
    )
    EFFECT_ORDER_AGENCY = "effect:order_agency", "决定由经办落实的后果", "order effects on the agency’s side"
    EFFECT_ORDER_BUREAU = (
        "effect:order_bureau",
        "决定由行政部门作出的后果",
        "order effects on the bureau’s side",
    )
    EFFECT_READ = "effect:read", "查看后果", "read effects"
    EFFECT_SEND = "effect:send", "向协作部门发函、催办", "send letters to partners and remind them"
    EFFECT_UNDO = "effect:undo", "撤回后果", "undo effects"
    EXPORT_TAKE = "export:take", "导出数据", "take exports"
    FILE_READ = "file:read", "查看敏感档案（脱敏）", "read sensitive files, masked"
    FILE_UNMASK = "file:unmask", "查看未脱敏字段", "see fields unmasked"
    FINDING_JUDGE = "finding:judge", "确认疑点真伪", "say whether a finding is true"
    FINDING_NOTICE = "finding:notice", "把疑点通知机构", "give notice of findings"
    FINDING_READ = "finding:read", "查看疑点", "read findings"
    JOBS_READ = "jobs:read", "查看后台任务", "see background jobs"
    JOBS_RUN = "jobs:run", "运行后台任务", "run background jobs"
    KNOWLEDGE_LOAD = "knowledge:load", "加载知识点", "load knowledge points"
    LEDGER_EXPORT = "ledger:export", "导出台账", "export the ledger"
    LEDGER_READ = "ledger:read", "查看台账", "read the ledger"
    LEDGER_ROTATE = "ledger:rotate", "更换台账签名密钥", "rotate the ledger's keys"
    LEDGER_VERIFY = "ledger:verify", "验证台账与回执", "verify the ledger and receipts"
    PENALTY_ANSWER = "penalty:answer", "对处罚告知陈述申辩、申请听证", "answer in a penalty case"
    PENALTY_ASSIGN = "penalty:assign", "指定处罚案件承办人", "assign penalty cases"
    PENALTY_CLOSE = "penalty:close", "处罚案件结案", "close penalty cases"
    PENALTY_DECIDE = "penalty:decide", "作出处罚决定", "decide penalty cases"
    PENALTY_DELIVER = "penalty:deliver", "送达处罚文书", "deliver in penalty cases"
    PENALTY_DISCUSS = "penalty:discuss", "主持集体讨论", "hold the collective discussion"
    PENALTY_HEAR = "penalty:hear", "主持听证", "preside over hearings"
    PENALTY_INVESTIGATE = "penalty:investigate", "调查取证", "investigate penalty cases"
    PENALTY_OPEN = "penalty:open", "登记线索、呈批立案", "open penalty cases"
    PENALTY_PROPOSE = "penalty:propose", "提出处罚建议", "propose in penalty cases"
    PENALTY_READ = "penalty:read", "查看处罚案卷", "read penalty cases"
    PENALTY_RECOVER = "penalty:recover", "登记退款与罚款执行", "record recoveries and fines"
    PENALTY_REVIEW = "penalty:review", "法制审核", "review the lawfulness of penalties"
    PENALTY_TRANSFER = "penalty:transfer", "移送处罚案件", "transfer penalty cases"
    POINTS_DETERMINE = (
        "points:determine",
        "就处罚、通报认定人员责任",
        "hold persons responsible on a penalty or notice",
    )
    POINTS_DETERMINE_DISPOSAL = (
        "points:determine_disposal", "就协议处理认定人员责任", "hold persons responsible on a disposal"
    )  # fmt: skip
    POINTS_NOTE = "points:note", "登记通报和行业处理", "note notices and what industry departments did"
    POINTS_READ = "points:read", "查看支付资格", "see payment qualification"
    POINTS_RECOGNISE = "points:recognise", "导入外地记分记录", "recognise records of other regions"
    POINTS_RECORD = "points:record", "记分", "record points"
    POINTS_REGISTER = "points:register", "办理登记备案", "register practitioners"
    POINTS_TRAIN = "points:train", "登记培训修复", "note trainings that repair"
    POLICY_CHANGE = "policy:change", "修改政策参数", "change policy parameters"
    POLICY_READ = "policy:read", "查看政策参数", "read policy parameters"
    QUARANTINE_READ = "quarantine:read", "查看隔离行", "see rows that were not accepted"
    REMEDY_DECIDE = "remedy:decide", "复核异议、决定修复", "review objections and decide repairs"
    REMEDY_FILE = "remedy:file", "提出异议、修复申请与救济", "file objections, repairs and appeals"
    REMEDY_READ = "remedy:read", "查看异议与修复", "read objections and repairs"
    REMEDY_RECEIVE = (
        "remedy:receive",
        "受理异议与修复、作出解释",
        "receive objections and repairs and explain",
    )
    REMEDY_SUPPORT = "remedy:support", "支持信用修复", "support a credit repair"
    ROUND_ANSWER = "round:answer", "申诉疑点", "answer findings of a round"
    ROUND_CREATE = "round:create", "编制批次", "make rounds"
    ROUND_DECIDE = "round:decide", "终审批次疑点", "decide findings of a round"
    ROUND_DEDUCT = "round:deduct", "制定扣款计划", "plan deductions"
    ROUND_DELIBERATE = "round:deliberate", "参加合议", "deliberate on findings"
    ROUND_READ = "round:read", "查看批次", "read rounds"
    ROUND_RECALL = "round:recall", "撤回批次", "recall rounds"
    ROUND_RECONSIDER = "round:reconsider", "扣款复议", "reconsider deductions"
    ROUND_REFUND = "round:refund", "退还扣款", "refund deductions"
    ROUND_REVIEW = "round:review", "初审和复审疑点", "review findings of a round"
    ROUND_SEND = "round:send", "发出批次", "send rounds"
    ROUND_TRANSFER = "round:transfer", "转稽核", "hand lines over to inspection"
    RULE_TRY = "rule:try", "试算和度量规则", "try and measure rules"
    TRANSFER_ACKNOWLEDGE = "transfer:acknowledge", "签收移送", "acknowledge transfers"

    @property
    def resource(self) -> str:
        """Give what the permission is about: the part before the colon."""
        return self.value.partition(":")[0]

    @property
    def of_case(self) -> bool:
        """Tell whether the permission is about cases, from which somebody may have been recused."""
        return self.resource in CASES
