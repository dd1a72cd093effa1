"""The look: Chinese is never boxes, numbers carry their units, tables stay the same."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from ecokit.plots import theme

ROOT = Path(__file__).parents[1]


def chinese_characters() -> set[str]:
    """Every Chinese character that the package, its tables or the book contain."""
    files = [
        *ROOT.glob("ecokit/**/*.py"),
        *ROOT.glob("ecokit/**/*.csv"),
        *ROOT.glob("datasets/*.csv"),
        *ROOT.glob("book/**/*.md"),
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    return {character for character in text if "\u4e00" <= character <= "\u9fff"}


def test_the_bundled_font_has_every_chinese_character_of_the_kit() -> None:
    font = TTFont(Path(theme.__file__).parent / "fonts" / "NotoSansSC-ecokit.otf")
    missing = {c for c in chinese_characters() if ord(c) not in font.getBestCmap()}
    assert chinese_characters(), "no Chinese found: the files moved?"
    assert not missing, f"The bundled font lacks {''.join(sorted(missing))}"


def test_a_chinese_title_draws_without_a_missing_glyph() -> None:
    fig, ax = theme.figure()
    ax.set_title("流量经理 UV完成率 −5 %")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert theme.png(fig)


def test_the_same_figure_gives_the_same_bytes() -> None:
    def draw() -> bytes:
        fig, ax = theme.figure(4, 3)
        ax.plot([1, 2], [3, 4])
        return theme.png(fig)

    assert draw() == draw()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "¥0"),
        (999, "¥999"),
        (1000, "¥1k"),
        (-12_500, "-¥12.5k"),
        (1_250_000, "¥1.25m"),
        (999_999, "¥1m"),
        (2e9, "¥2bn"),
    ],
)
def test_yuan(value: float, text: str) -> None:
    assert theme.yuan(value) == text


def test_tables_print_units_and_keep_their_ids() -> None:
    frame = pd.DataFrame({"post": ["traffic"], "share": [0.4321], "sales": [12345.6]})
    html = theme.table(frame, {"share": "percent", "sales": "yuan"}, emphasise=[0]).to_html()
    assert "43.2%" in html
    assert "¥12,346" in html
    assert repr(theme.table(frame)) == "<table of 1 rows and 3 columns>"
    assert theme.table(frame, caption="a").to_html() != theme.table(frame, caption="b").to_html()
    assert (
        html == theme.table(frame, {"share": "percent", "sales": "yuan"}, emphasise=[0]).to_html()
    )
