"""SQL that reads values as exports write them: ids, numbers, times, flags.

DuckDB computes it over files of any length. Each macro tries the plain reading first; only what
is left goes through the longer one.
"""

from __future__ import annotations

import re
from typing import Any

GAPS = ("null", "none", "nan", "nat", "<na>", "n/a", "#n/a", "\\n", "-", "--", "na")
TRUE = ("true", "t", "yes", "y", "1", "是", "有")
FALSE = ("false", "f", "no", "n", "0", "否", "无")
PARQUET = "FORMAT parquet, PRESERVE_ORDER true"  # so that a row's number is that of the file
ORDERS = {  # how a column writes dates with slashes: day or month first
    "dmy": ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
}
HALVES = (" %I:%M %p", " %I:%M:%S %p")
CLOCKS = ("", " %H:%M", " %H:%M:%S", *HALVES)
FORMS = (
    *(f"{day}{clock}" for day in ("%Y%m%d", "%d.%m.%Y") for clock in CLOCKS),
    *(f"{day}{clock}" for day in ("%Y-%m-%d", "%Y/%m/%d") for clock in HALVES),
    "%Y%m%d%H%M%S",
)


def quoted(name: str) -> str:
    """Return the name of a column as SQL.

    Examples
    --------
    >>> print(quoted("your column"))
    "your column"
    """
    return '"' + name.replace('"', '""') + '"'


def text(value: Any) -> str:
    """Return a text as SQL.

    Examples
    --------
    >>> text("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Any) -> str:
    """Return texts as a list of SQL.

    Examples
    --------
    >>> listed(["a", "b"])
    "('a', 'b')"
    """
    return "(" + ", ".join(text(value) for value in values) + ")"


def _array(values: Any) -> str:
    return "[" + ", ".join(text(value) for value in values) + "]"


_SIGN = r"[¥￥$€£]|CN¥|RMB|CNY|USD|元|\s|''|\+"
_PLAIN = r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?万?"
_COMMA = r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"


def _matching(*words: str) -> str:
    return "^(" + "|".join(re.escape(word) for word in words) + ")$"


_GAP = "(?i)" + _matching(*GAPS)

# DuckDB computes what stands twice in a CASE for every row, and makes a join of an IN of many
# words, which keeps it to one thread. So each text is looked at once, and words are a pattern.
MACROS = rf"""
CREATE OR REPLACE MACRO own_bare(x) AS
    nullif(trim(regexp_replace(x, '^\s*(="(.*)"|''(.*)|=(\d+)|(.*?))\s*$', '\2\3\4\5', 's'),
                chr(9) || chr(10) || chr(13) || chr(160) || chr(12288) || ' '), '');
CREATE OR REPLACE MACRO own_clean(x) AS
    ascii(x) > 47 AND ascii(x) <> 61 AND ascii(x) <> 160 AND ascii(x) <> 12288
    AND x[-1] >= '!' AND x[-1] <> chr(160) AND x[-1] <> chr(12288);
CREATE OR REPLACE MACRO own_edged(x) AS
    x <> '' AND (ascii(x) <= 32 OR ascii(x) IN (39, 61, 160, 12288)
                 OR x[-1] <= ' ' OR x[-1] IN (chr(160), chr(12288)));
CREATE OR REPLACE MACRO own_text(x) AS
    CASE WHEN own_clean(x)
         THEN CASE WHEN strlen(x) > 4 THEN x WHEN NOT regexp_matches(x, {text(_GAP)}) THEN x END
         ELSE nullif(regexp_replace(own_bare(x), {text(_GAP)}, ''), '') END;
CREATE OR REPLACE MACRO own_id(x) AS
    CASE WHEN contains(x, '.0') THEN regexp_replace(own_text(x), '^(\d+)\.0$', '\1')
         ELSE own_text(x) END;
CREATE OR REPLACE MACRO own_signed(x) AS
    regexp_replace(regexp_replace(
        translate(own_bare(x), '０１２３４５６７８９．，', '0123456789.,'),
                                  {text(_SIGN)}, '', 'g'), '^\((.*)\)$', '-\1');
CREATE OR REPLACE MACRO own_marked(x) AS
    CASE WHEN regexp_full_match(own_signed(x), {text(_PLAIN)})
         THEN try_cast(replace(replace(own_signed(x), ',', ''), '万', '') AS DECIMAL(30, 8))::DOUBLE
              * CASE WHEN own_signed(x) LIKE '%万' THEN 10000 ELSE 1 END END;
CREATE OR REPLACE MACRO own_finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE OR REPLACE MACRO own_number(x) AS
    coalesce(own_finite(try_cast(x AS DOUBLE)), own_marked(x));
CREATE OR REPLACE MACRO own_comma(x) AS
    CASE WHEN regexp_full_match(own_signed(x), {text(_COMMA)})
         THEN try_cast(replace(replace(own_signed(x), '.', ''), ',', '.') AS DOUBLE) END;
CREATE OR REPLACE MACRO own_plain_time(x) AS
    regexp_replace(regexp_replace(own_bare(x), '年|月', '-', 'g'), '日\s*', ' ', 'g');
CREATE OR REPLACE MACRO own_moment(x) AS
    try_cast(CASE WHEN x[-1] > ' ' AND x[-1] NOT IN ('M', 'm') THEN x END AS TIMESTAMP);
CREATE OR REPLACE MACRO own_any_time(x) AS
    coalesce(own_moment(trim(own_plain_time(x))),
             try_strptime(own_bare(x), {_array(FORMS)}));
CREATE OR REPLACE MACRO own_time(x) AS coalesce(
    own_moment(CASE WHEN length(x) > 19 THEN regexp_replace(x, '\s*(Z|UTC|[+-]\d\d:?\d\d)$', '')
                    ELSE x END),
    own_any_time(x));
CREATE OR REPLACE MACRO own_zone(x) AS
    regexp_extract(x, ':\d\d[.\d]*\s*(Z|UTC|GMT|[+-]\d\d:?\d?\d?)\s*$', 1);
CREATE OR REPLACE MACRO own_offset(x) AS
    CASE WHEN own_zone(x) IN ('Z', 'UTC', 'GMT') THEN 0
         WHEN own_zone(x) <> '' THEN CAST(own_zone(x)[1:3] AS BIGINT) * 60
              + CASE WHEN own_zone(x)[1] = '-' THEN -1 ELSE 1 END
              * CASE WHEN length(own_zone(x)) > 3 THEN CAST(own_zone(x)[-2:] AS BIGINT) ELSE 0 END
         END;
CREATE OR REPLACE MACRO own_dmy(x) AS coalesce(own_time(x),
    try_strptime(own_bare(x), {_array(d + c for d in ORDERS["dmy"] for c in CLOCKS)}));
CREATE OR REPLACE MACRO own_mdy(x) AS coalesce(own_time(x),
    try_strptime(own_bare(x), {_array(d + c for d in ORDERS["mdy"] for c in CLOCKS)}));
CREATE OR REPLACE MACRO own_flag(x) AS
    CASE WHEN lower(own_text(x)) IN {listed(TRUE)} THEN TRUE
         WHEN lower(own_text(x)) IN {listed(FALSE)} THEN FALSE END;
"""


PLAIN = {  # what most exports need; a value that it cannot read asks for the longer reading
    "integer": "try_cast({x} AS BIGINT)",
    "id": "try_cast({x} AS BIGINT)",
    "number": "own_finite(try_cast({x} AS DOUBLE))",
    "time": "own_moment({x})",  # a bare cast reads 3:05 PM as 3:05
    "flag": "try_cast({x} AS BOOLEAN)",
    "string": "CASE WHEN strlen({x}) > 4 THEN {x} WHEN NOT regexp_matches({x}, "
    + text(_matching("", *GAPS, *map(str.upper, GAPS), "None", "NaN", "NaT"))
    + ") THEN {x} END",
}
LONG = {
    "integer": "try_cast(own_number({x}) AS BIGINT)",
    "id": "try_cast(own_id({x}) AS BIGINT)",
    "number": "own_number({x})",
    "number,": "own_comma({x})",
    "time": "own_time({x})",
    "dmy": "own_dmy({x})",
    "mdy": "own_mdy({x})",
    "flag": "own_flag({x})",
    "string": "own_text({x})",
    "text id": "own_id({x})",
}


def reading(kind: str, x: str, *, plain: bool) -> str:
    """Return the SQL that reads the text `x` as a kind of value.

    Examples
    --------
    >>> reading("number", '"price"', plain=False)
    'own_number("price")'
    """
    ways = PLAIN if plain and kind in PLAIN else LONG
    return ways[kind].format(x=x)
