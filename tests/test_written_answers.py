"""Right answers in many ways of writing are right; what is no number gets a sentence, no name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pandas as pd
import pytest

from ecokit import exercises, load_shop
from ecokit.exercises import checks
from ecokit.exercises.reading import AnswerError, echo, read
from ecokit.shop import Shop
from tests.demo_exercises import DEMO

NO_SHOP = cast(Shop, None)
RATE, TARGETS, LAYERS, DESIGN = DEMO


def asking(unit: str, right: float, tolerance: float) -> Any:
    """Return an exercise that asks for one number, with two mistakes nearby."""
    wrong = {"visits": 1.3 * right, "lines": 0.7 * right}
    sheet = replace(RATE.sheet(NO_SHOP), right=right, wrong=wrong)
    return replace(RATE, unit=unit, tolerance=tolerance)(lambda _shop: sheet)


SHARE = """
4/21; 4 / 21; 4 of 21; 4 out of 21; four of twenty-one; ４/２１; 19.05 %; (19.05 %)
0.1905; 0,1905; .1905; 19,05 %; 19.05 per cent; 19.05 percent of parcels; 19.05 pct
19.05%.; 19.05 percentage points; 19.05 pp; 19.05 points; 19.05个百分点
19.05个百分点左右; １９．０５％; ０．１９０５; 百分之十九点零五; 百分之19.05
十九点零五%; 二十一分之四; about 19.05 %; approx. 19.05 %; c. 19.05 %; ca. 19.05%
~19.05%; ≈ 0.1905; circa 19.05 %; roughly 19.05 %; 大约19.05%; 约19.05％
19.05 % or so; 190.5 ‰; 190.5 per mille; 1.905e-1; 1.905 × 10^-1; 1.905x10⁻¹
'19.05 %'; “19.05 %”; `19.05 %`; 4/21 = 19 %; 19.05 % (4/21); 0.1905 (19.05 %)
19.05 % (of all parcels); share = 0.1905; 0.1905 of all; 19.05 in 100; 19.05 per 100
19.05 in every 100; 19.05%的包裹; + 19.05 %; 19.05 %!
nineteen point zero five percent; The answer is 19.05 %; it is 19.05%
0.1905 as a share
"""
WHOLE = """
41; 41.; 41.0; >= 41; ≥41; ≥ ４１; at least 41; at least 41 buyers; At Least Forty-One
41 or more; forty-one; forty one buyers; Forty-one Buyers; 四十一; 四十一人; 四十一个
41人; 41个; 41 位; 至少41人; 41人以上; 41 people; 41 customers; 41 persons; 41 buyer
41 buyers must join; 41 in total; "41"; =41; ４１; (41); answer: 41; 不少于41; 共41人
4.1e1; 41 buyers.; 41; about 41; 41!
"""
MONEY = """
(1,234.5); (¥1,234.5); -1234.5; -1,234.5; −1,234.50; －１２３４．５; -1 234,5
-1 234,5; -1'234.5; -1’234.5; -1.234,5; -¥1,234.5; ¥-1,234.5; - ¥1234.5; -1,234.5 yuan
-1234.5元; -1,234.5 元; 负1234.5元; minus 1,234.5; minus 1234.5 yuan; RMB -1,234.5
-1,234.5 RMB; -1234.5 CNY; -￥1,234.5; -1.2345k; -1.2345 thousand yuan; -0.12345万
-0.12345万元; -1.2345e3; -1.2345×10³; about -1,234.5 yuan; -1,234.5 yuan a week
-1,234.5 yuan per visitor; -1234.5元/周; -123450 fen; -1234元5角; -1234.5 块钱
"""
LARGE = """
1200000; 1,200,000; 1.2m; 1.2mn; 1.2 mn yuan; ¥1.2m; 1.2m yuan; 1.2 million
1.2 million yuan; 1.2百万; 120万; 120 万元; 一百二十万; 一百二十万元; 0.012亿
1.200.000; 1 200 000; 1200k; 1.2e6; 1.2×10^6; one million two hundred thousand
1,200 thousand yuan; 人民币120万元; 1.2 mio; 120w
"""
TIME = """
187; 187 min; 187 minutes; 187 mins.; 3 h 7 min; 3h7min; 3 hours and 7 minutes
3小时7分钟; 三小时七分; 3:07 h; 3h07; 3 h 07; 0 d 3 h 7 min; within 187 minutes
after 187 min; 187分钟; 一百八十七分钟; one hundred and eighty-seven minutes
187 minutes after the start; 11220 s; 3:07:00; 约187分钟
"""
HALVES = """
90; 1.5 hours; one and a half hours; 1½ h; 1 1/2 hours; 3/2 hours; 1:30 h; 90分钟
一个半小时
"""
TIMES = """
1.02; 102 %; 1.02x; 1.02 times; 1.02倍; 1,02; 1.020
"""
WEAK = """
-2.5; −2,5; minus 2.5; minus two point five; 负二点五; -5/2; (-2.5); about -2.5; -2½
-2.5.
"""
PART = """
1 in 4; one in four; a quarter; one quarter; 四分之一; ¼; 25 %; 1/4; 2成5; 两成五
0.25; 25 in 100
"""

RIGHT = [
    *((asking("share", 4 / 21, 0.0005), SHARE), (asking("buyers", 41, 0), WHOLE)),
    *((asking("yuan", -1234.5, 0.5), MONEY), (asking("yuan", 1.2e6, 100), LARGE)),
    *((asking("minutes", 187, 0.4), TIME), (asking("minutes", 90, 0.4), HALVES)),
    *((asking("ratio", 1.02, 0.002), TIMES), (asking("elasticity", -2.5, 0.02), WEAK)),
    (asking("%", 25, 0.02), PART.replace("0.25", "0.25 as a share")),
]
WRITTEN = [
    (exercise, text.strip())
    for exercise, texts in RIGHT
    for text in texts.replace("\n", ";").split(";")
    if text.strip()
]


@pytest.mark.parametrize(("exercise", "text"), WRITTEN)
def test_a_right_answer_is_right_however_it_is_written(exercise: Any, text: str) -> None:
    result = checks.check(exercise, text, NO_SHOP)
    assert result.right, result
    assert result.reading.startswith("Read as ")


def test_there_are_many_ways_of_writing() -> None:
    assert len({(exercise.unit, text) for exercise, text in WRITTEN}) >= 150


@pytest.mark.parametrize(
    "answer",
    [
        {"seven": "four", "three": "三"},
        {"seven": "4 layers", "three": "3层"},
        {"Seven departments": 4, "three centers": 3},
        {"seven-departments": "4.0", "Three-Centers": " 3 "},
        {"SEVEN": "四", "Three center": "three"},
        pd.Series({"Seven": 4, "Three": 3}),
        pd.DataFrame({"structure": ["Three Centers", "seven"], "layers": ["≈3", "4"]}),
    ],
)
def test_a_table_is_right_under_every_name_of_its_rows(answer: object) -> None:
    assert checks.check(LAYERS, answer, NO_SHOP).right


@pytest.mark.parametrize(
    "answer",
    [
        {"span": "eight", "layers": "two"},
        {"span": "８", "layers": "2.0"},
        {"Span of control": 8, "layers below the top": "二"},
        {"SPAN": "about 8", "Layers": ">= 2"},
    ],
)
def test_a_plan_is_read_as_numbers_are(answer: object) -> None:
    assert checks.check(DESIGN, answer, NO_SHOP).right


@pytest.mark.parametrize(
    "answer",
    [
        *("a", "A", "(a)", "a)", "A.", "'a'", "“A”", "option a", "Answer A", " a ", "ａ"),
        *("Campaign visitors buy more often", "campaign-visitors buy more often."),
        *("a) Campaign visitors buy more often", "“campaign visitors buy more often”"),
        *("campaign visitor buys more often", "A: campaign visitors buy more often"),
    ],
)
def test_a_choice_is_read_by_key_or_by_its_words(answer: str) -> None:
    assert checks.check(TARGETS, answer, NO_SHOP).right


@pytest.mark.parametrize(
    ("exercise", "names"),
    [
        ("operations-weak-category", ["tablets", "Tablet", "平板", "平板电脑", "“tablets”"]),
        (
            "organisation-single-point",
            ["purchasing", "采购及物流部经理", "Purchasing-and-Logistics manager", "“Purchasing”"],
        ),
        ("kpi-lever", ["campaign UV share", "Campaign share of UV", "campaign_uv_share"]),
        ("competitors-who-competes", ["Moonrise Phones", "c", "(C)", "moonrise phone"]),
        (
            "operations-forecast",
            [
                "Holt-Winters with trend and weekly season",
                "holt winters with trend and weekly season",
            ],
        ),
    ],
)
def test_a_name_is_known_in_both_languages(exercise: str, names: list[str]) -> None:
    shop = load_shop()
    for name in names:
        assert checks.check(exercises.get(exercise), name, shop).right, name


def test_a_table_of_another_engine_is_read_as_one_of_pandas() -> None:
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"structure": ["seven", "three"], "layers": [4, 3]})
    assert checks.check(LAYERS, table, NO_SHOP).right
    assert checks.check(RATE, polars.Series([0.08175]), NO_SHOP).right
    assert checks.check(RATE, polars.DataFrame({"rate": [0.08175]}), NO_SHOP).right
    lazy = checks.check(RATE, table.lazy(), NO_SHOP)
    assert lazy.message == "The answer is one number; you gave a value of type LazyFrame."
    assert checks.check(TARGETS, table, NO_SHOP).kind == "unreadable"
    assert checks.check(DESIGN, table, NO_SHOP).kind == "unreadable"


NOT_ONE_NUMBER = [
    *("41-43", "41–43", "41 - 43", "41 to 43", "between 41 and 43", "from 41 to 43", "41 ~ 43"),
    *(
        "10-20 %",
        "10 % to 20 %",
        "41至43",
        "41到43人",
        "41 ± 2",
        "41 +/- 2",
        "41...43",
        "about 41-43",
    ),
    *("3 or 4", "three or four", "41, 43", "41 43", "41 and 43", "41; 43", "41 buyers 3 weeks"),
    *(
        "2025-06-18",
        "18/06/2025",
        "18.06.2025",
        "18 June",
        "June",
        "June 18",
        "6月18日",
        "2025年6月",
    ),
    *("> 40", "< 42", "<= 41", "more than 40", "less than 42", "at most 41", "up to 41", "超过40"),
    *("a loss of 41", "41 less", "down 41", "12 % fewer", "亏41元"),
    *(
        "print(41)",
        "41; import os",
        "__import__('os')",
        "lambda: 41",
        "x41y",
        "1/0",
        "2**10",
        "41//1",
    ),
    *("<b>41</b>", "<script>41</script>", "&#52;&#49;", "{41}", "[41]", "{0}", "%s", "$41", "41 €"),
    *(
        "💥",
        "41 💥",
        "👍",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "∞",
        "1e400",
        "-1e400",
        "#DIV/0!",
        "#N/A",
        "n/a",
    ),
    *(
        "4\x001",
        "\x07",
        "41\x1b[0m",
        "\u202e14",
        "\u202d41",
        "\u200b",
        "\t",
        ".",
        "-",
        "+",
        "%",
        "¥",
        ",",
    ),
    *(
        "1,23,4",
        "4..0",
        "1.2.3",
        "5 bananas",
        "none",
        "?",
        "I do not know",
        "the third",
        "一二三",
        "一些",
    ),
    *("41 " * 30, "9" * 81, "forty one " * 9, "a" * 100_000, "3:70", "0x29", "41st", "IV"),
]


# What is no answer, but may be a number in some unit: dozens of 41, a clock, a share of one.
MAY_BE_READ = {"41//1"}


@pytest.mark.parametrize("exercise", [*(exercise for exercise, _texts in RIGHT), *DEMO])
def test_what_is_not_one_number_gets_a_sentence_and_no_name(exercise: Any) -> None:
    assert len(set(NOT_ONE_NUMBER)) >= 60
    keys = {"table": ("seven", "three"), "plan": ("span", "layers")}.get(exercise.kind)
    for text in NOT_ONE_NUMBER:
        answer = dict.fromkeys(keys, text) if keys else text
        result = checks.check(exercise, answer, NO_SHOP)
        told = f"{text!r}: {result!r}"
        assert result.misconception is None, told
        assert result.kind == "unreadable" or text in MAY_BE_READ, told
        assert not result.right, told
        assert 10 < len(result.message) < 500, told
        assert result.message.rstrip(")").endswith((".", "?", "!")), told


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("41-43", "buyers", "'41-43' is a range. The answer is one number: write the one"),
        ("between 41 and 43", "buyers", "'between 41 and 43' is a range."),
        ("10-20 %", "share", "'10-20 %' is a range."),
        ("3 or 4", "weeks", "'3 or 4' holds more than one number."),
        ("18 June", "weeks", "'18 June' looks like a date. The answer is one number, in weeks."),
        ("> 40", "buyers", "'> 40' leaves open which number it is."),
        ("a loss of ¥5", "yuan", "says plus or minus in a word. Write the number with its sign"),
        ("\u202e14", "buyers", "'14' holds a character that cannot be seen."),
        ("1e400", "yuan", "That number is too large to be an answer."),
        ("4/21 = 30 %", "share", "'4/21 = 30 %' holds two numbers that differ. Give one."),
    ],
)
def test_the_sentence_says_what_to_do(text: str, unit: str, sentence: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read(text, unit)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("(1,234)", "yuan", "-1,234 yuan (brackets mean minus, as accountants write it)"),
        ("(54.6 %)", "share", "54.6 %"),
        ("4/21", "share", "19.05 %"),
        ("百分之十九", "share", "19 %"),
        ("at least forty-one", "buyers", "41 buyers"),
        ("1.2亿", "yuan", "120,000,000 yuan"),
        ("a third", "ratio", "0.3333"),
        ("½ h", "minutes", "30 minutes"),
    ],
)
def test_the_card_says_how_it_read_an_answer(text: str, unit: str, told: str) -> None:
    assert echo(read(text, unit), unit) == told


def test_a_small_fraction_is_near_what_it_was_rounded_from() -> None:
    asked = asking("share", 4 / 21, 0.0002)
    assert checks.check(asked, "1 in 5", NO_SHOP).kind == "near"
    assert checks.check(asked, "19 in 100", NO_SHOP).kind == "near"
    assert checks.check(asked, "5/21", NO_SHOP).kind == "wrong"
    assert checks.check(asked, "1 in 4", NO_SHOP).message.startswith("This is near a usual mistake")
