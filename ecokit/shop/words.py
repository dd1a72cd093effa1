"""The words that people write for nothing, for true and false, and for totals.

All in small letters; what is compared with them is stripped and in small letters, too.

>>> sorted(GAPS & FALSE), "合计" in TOTALS
(['无'], True)
"""

from __future__ import annotations

_GAPS = (
    "|null|none|nil|nan|nat|na|<na>|n/a|#n/a|\\n|(null)|(empty)|[null]"
    "|-|--|---|–|—|——|/|无|空|暂无|未知"
)
_TRUE = "true|t|yes|y|1|1.0|on|是|有|对|真|√|✓|有货|现货|in stock|instock"
_FALSE = (
    "false|f|no|n|0|0.0|off|否|无|没有|不|假|×|✗|x|缺货|无货|没货|售罄"
    "|out of stock|outofstock|sold out"
)
_TOTALS = (
    "合计|总计|小计|总和|共计|汇总|总数|合計|總計|小計"
    "|total|totals|sum|subtotal|sub-total|sub total|grand total"
)

GAPS = frozenset(_GAPS.split("|"))
"""Nothing, where a column is not free text."""
TRUE, FALSE = frozenset(_TRUE.split("|")), frozenset(_FALSE.split("|"))
TOTALS = frozenset(_TOTALS.split("|"))
"""The row that sums up the others."""
