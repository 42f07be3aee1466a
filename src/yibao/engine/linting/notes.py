"""Why each thing is refused, and what to write instead. One note a rule, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from yibao.kernel import Text


@dataclass(frozen=True, slots=True)
class Complaint:
    """One disagreement with the allow-list: the rule's name, the line of the text (from 1), and the note."""

    rule: str
    line: int
    text: Text


RULES: dict[str, tuple[str, str]] = {
    # — the text as a whole —
    "syntax": ("SQL 无法解析：{}", "the SQL cannot be parsed: {}"),
    "one_select": ("规则只能是一条 SELECT：{}", "a rule is exactly one SELECT: {}"),
    "not_listed": (
        "不在允许清单上：{}。各引擎对它的理解未经验证",
        "not on the list of what is allowed: {}; nobody has shown that the engines agree on it",
    ),
    "clause": ("不在允许清单上的子句：{}", "a clause that is not on the list of what is allowed: {}"),
    # — time, money, numbers —
    "date_time": (
        "不用日期类型和日期函数（{}）：时间一律是整数 *_day、*_ymd、*_month、*_minute，年龄用比较，"
        "如 fee_ymd - birth_ymd < 140000",
        "no date types or date functions ({}): time is integers *_day, *_ymd, *_month, *_minute, and age is "
        "a comparison such as fee_ymd - birth_ymd < 140000",
    ),
    "division": (
        "不用除法和取整（{}）：比例用交叉相乘比较；要除就用 int_div、share_fen、price_times_quantity_fen",
        "no division or rounding ({}): compare ratios by cross-multiplying, or divide through int_div, "
        "share_fen, price_times_quantity_fen",
    ),
    "number.float": (
        "不用小数（{}）：金额是整数分，比例是万分比",
        "no fractions ({}): money is integer fen, ratios are basis points",
    ),
    "number.big": ("整数超出 64 位：{}", "the integer does not fit 64 bits: {}"),
    "modulo.divisor": (
        "取余的除数必须是非零整数常量或参数（{}）：除数为零时各引擎结果不同",
        "the divisor of a remainder is a non-zero integer literal or parameter ({}): by zero engines differ",
    ),
    "arithmetic.text": ("文本不能参与算术：{}", "arithmetic on a text or a condition: {}"),
    # — types —
    "cast.type": (
        "只能转换为 BIGINT 或 VARCHAR：{}",
        "a cast goes to BIGINT or VARCHAR only: {}",
    ),
    "cast.text": (
        "文本不能转换为整数（{}）：各引擎对非数字文本的处理不同，由 collect 给出整数列",
        "a text or a condition is not cast ({}): engines differ on what is no number; collect makes the "
        "integer column, flag(…) the 0 or 1",
    ),
    "cast.double_colon": ("不用 ::，写 CAST(… AS BIGINT)", "no ::, write CAST(… AS BIGINT)"),
    "try_cast": (
        "不用 TRY_CAST（{}）：数据由 collect 检查",
        "no TRY_CAST ({}): collect has checked the data",
    ),
    "types.mixed": ("不同类型不能放在一起比较或合并：{}", "different types are compared or combined: {}"),
    "boolean.value": (
        "不用布尔值（{}）：标志是 0/1，写 flag(条件)",
        "no boolean values ({}): flags are 0 or 1, write flag(condition)",
    ),
    "condition.value": (
        "这里需要条件而不是数值（{}）：标志写成 x = 1",
        "a condition is needed here, not a value ({}): write a flag as x = 1",
    ),
    "condition.compared": ("条件不能再作比较：{}", "a condition is compared with something: {}"),
    "sum.cast": (
        "求和必须写 CAST(sum(…) AS BIGINT)（{}）：否则 DuckDB 给出 HUGEINT",
        "a sum is written CAST(sum(…) AS BIGINT) ({}): DuckDB gives a HUGEINT otherwise",
    ),
    # — text —
    "text.match": (
        "不用 LIKE、正则和查找（{}）：各引擎大小写和语法不同；前缀和类别是 collect 给出的列",
        "no LIKE, regular expressions or searching ({}): case and syntax differ; prefixes and classes are "
        "columns made by collect",
    ),
    "text.function": (
        "文本只用 =、||、length、substr（{}）",
        "texts know only =, ||, length and substr ({})",
    ),
    "text.numbers": (
        "文本运算里混入了数值（{}）：先写 CAST(… AS VARCHAR)",
        "a number or a condition in a text operation ({}): write CAST(… AS VARCHAR) first",
    ),
    "text.position": (
        "substr 的位置从 1 起、长度从 0 起，且为整数常量或参数：{}",
        "substr takes a position from 1 and a length from 0, as integer literals or parameters: {}",
    ),
    # — shape of the query —
    "star": ("不用 SELECT *（{}）：列要逐一写明", "no SELECT * ({}): every column is named"),
    "column.unnamed": ("计算列要用 AS 命名：{}", "a computed column needs a name (AS): {}"),
    "column.twice": ("同名列出现两次：{}", "two columns of one name: {}"),
    "column.unknown": (
        "没有这一列：{}（别名不能在同一条 SELECT 中再用）",
        "there is no such column: {} (an alias cannot be used again in its own SELECT)",
    ),
    "column.ambiguous": ("列名不明确，请加表别名：{}", "the column is in more than one relation: {}"),
    "alias.reuse": (
        "别名与源列同名而含义不同，各引擎取法不同：{}",
        "an alias hides a column of another meaning, and engines choose differently: {}",
    ),
    "relation.unknown": (
        "没有绑定这个关系：{}（只读 subject_*、history_*、知识和参照表）",
        "the relation is not bound: {} (read subject_*, history_*, knowledge and reference tables only)",
    ),
    "relation.shadowed": ("WITH 的名字盖住了已有的关系：{}", "a WITH name hides a relation: {}"),
    "relation.twice": ("同一个别名用了两次：{}", "one alias is used twice: {}"),
    "relation.qualified": ("关系名不带库名或模式名：{}", "a relation is named without a schema: {}"),
    "identifier": (
        "名字只用小写字母、数字和下划线，不加引号：{}",
        "names are lower-case letters, digits and underscores, unquoted: {}",
    ),
    "identifier.reserved": (
        "SQLite 保留字不能作名字：{}",
        "a word that SQLite reserves is used as a name: {}",
    ),
    "parameter.unknown": ("没有声明这个参数：{}", "the parameter is not declared: {}"),
    "function.unknown": ("没有这个函数：{}", "there is no such function: {}"),
    "operation.arguments": (
        "具名运算的参数个数不对：{}",
        "the named operation takes another number of arguments: {}",
    ),
    "group.columns": (
        "GROUP BY 只写列名（{}）：不用序号、表达式、ALL、ROLLUP；表达式先在 WITH 里算好",
        "GROUP BY names columns ({}): no ordinals, expressions, ALL, ROLLUP; compute the rest in a WITH",
    ),
    "group.bare": (
        "列既不在 GROUP BY 里也不在聚合里（{}）：SQLite 会任取一行",
        "a column neither grouped by nor aggregated ({}): SQLite would pick any row",
    ),
    "order_by": (
        "结果是集合，不写 ORDER BY（DISTINCT ON 和窗口除外）：{}",
        "results are sets: no ORDER BY outside windows and DISTINCT ON: {}",
    ),
    "limit": ("不用 LIMIT、OFFSET：{}", "no LIMIT or OFFSET: {}"),
    "distinct.order": (
        "DISTINCT ON 要有 ORDER BY，先写 ON 的列，再写能分出先后的列：{}",
        "DISTINCT ON needs an ORDER BY that begins with its columns and goes on with a tie-break: {}",
    ),
    "distinct.aggregate": (
        "聚合里的 DISTINCT 只用于 count，且只有一列：{}",
        "DISTINCT inside an aggregate is for count, of one column: {}",
    ),
    "join.kind": (
        "只用 JOIN、LEFT JOIN、CROSS JOIN（{}）：半连接写 EXISTS",
        "only JOIN, LEFT JOIN and CROSS JOIN ({}): write a semi-join as EXISTS",
    ),
    "join.using": ("不用 USING，写 ON：{}", "no USING, write ON: {}"),
    "join.condition": (
        "JOIN 要有 ON；笛卡尔积写 CROSS JOIN：{}",
        "a JOIN needs ON; write CROSS JOIN for all pairs: {}",
    ),
    "union.parentheses": ("UNION 的各段不加括号：{}", "the parts of a UNION stand without parentheses: {}"),
    "union.columns": ("UNION 各段列数不同：{}", "the parts of a UNION have different numbers of columns: {}"),
    "set_operation": (
        "集合运算只用 UNION [ALL]（{}）：差集写 NOT EXISTS",
        "only UNION [ALL] ({}): write NOT EXISTS",
    ),
    "not_in": (
        "不用 NOT IN (SELECT …)：遇到 NULL 会全部落空，写 NOT EXISTS：{}",
        "no NOT IN (SELECT …): one NULL empties it; write NOT EXISTS: {}",
    ),
    "subquery.scalar": (
        "不用标量子查询（{}）：多于一行时 SQLite 取第一行；写成 JOIN",
        "no scalar subquery ({}): SQLite takes the first of many rows; write a JOIN",
    ),
    "tuple": ("不用行值比较：{}", "no row values: {}"),
    "lists": ("不用列表、结构、UNNEST、LATERAL、JSON：{}", "no lists, structs, UNNEST, LATERAL or JSON: {}"),
    "picks": (
        "不用 {}：取一行用 row_number() 加唯一的先后次序",
        "no {}: pick a row by row_number() with a unique tie-break",
    ),
    "nulls_ignored": ("不用 IGNORE/RESPECT NULLS：{}", "no IGNORE or RESPECT NULLS: {}"),
    "random": ("结果不能因时因地而变：{}", "the result must not depend on when or where it runs: {}"),
    # — windows —
    "window.order": (
        "{} 要有 ORDER BY，且要能分出先后",
        "{} needs an ORDER BY that leaves no ties",
    ),
    "window.frame": (
        "窗口框架只用 ROWS 或 RANGE，偏移为非负整数常量或参数，RANGE 偏移只配一个排序列：{}",
        "a frame is ROWS or RANGE, its offsets non-negative integer literals or parameters, and a RANGE "
        "offset goes with exactly one ordering column: {}",
    ),
    "window.offset": (
        "lag、lead 的位移是正整数常量或参数：{}",
        "the offset of lag and lead is a positive integer literal or a parameter: {}",
    ),
    "window.distinct": ("窗口里不用 DISTINCT 和 FILTER：{}", "no DISTINCT or FILTER in a window: {}"),
    "window.grouped": (
        "同一条 SELECT 里不同时用聚合和窗口：{}，先在 WITH 里聚合",
        "no windows in a SELECT that aggregates: {}; aggregate in a WITH first",
    ),
}
"""Every rule of the lint by name: its note in Chinese and in English, with room for the thing it concerns."""


def complaint(rule: str, line: int, detail: str) -> Complaint:
    """Make a complaint of a rule about a detail."""
    zh, en = RULES[rule]
    short = " ".join(detail.split())
    short = short if len(short) <= 120 else short[:119] + "…"
    return Complaint(rule, line, Text(zh=zh.format(short), en=en.format(short)))
