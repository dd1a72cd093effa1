"""Every explorer opens, its static twin is complete, and a picture carries its words."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import ipywidgets as widgets
import numpy as np
import pandas as pd
import pytest
import traitlets
from matplotlib.figure import Figure

from ecokit import explore, kpi
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, Picture, column
from ecokit.explore.lab import (
    App,
    Button,
    Choice,
    Control,
    Lab,
    Number,
    Slider,
    Tabs,
    Toggle,
    Told,
    steps,
    table,
)
from ecokit.explore.slider import NamedSlider
from ecokit.shop import Shop
from tests.companies import bundled

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.mark.parametrize("topic", [*explore.topics(), explore.MEASURE])
def test_an_explorer_opens_and_every_control_has_a_name(topic: str, shop: Shop) -> None:
    waiting = [explore.show(topic, shop)]
    controls = 0
    while waiting:
        widget = waiting.pop()
        waiting.extend(getattr(widget, "children", ()))
        named = isinstance(widget, widgets.ValueWidget | NamedSlider)
        if named and not isinstance(widget, widgets.HTML):
            controls += 1
            assert widget.description.strip(), type(widget).__name__
    assert controls


@pytest.mark.parametrize("topic", [*explore.topics(), explore.MEASURE])
def test_the_static_twin_is_complete(topic: str, shop: Shop) -> None:
    twin = explore.frames(topic, shop)
    assert twin.title
    assert twin.control_label
    assert 5 <= len(twin.frames) <= 9
    pictures = [frame.png() for frame in twin.frames]
    assert all(picture.startswith(PNG) for picture in pictures)
    assert len(set(pictures)) == len(pictures)
    assert min(len(frame.alt) for frame in twin.frames) > 20


def test_a_picture_redraws_in_place_and_says_what_it_shows() -> None:
    heights = iter([1, 2])

    def draw(figure: Figure) -> str:
        height = next(heights)
        figure.add_subplot().bar([0], [height])
        return f'One bar, "{height}" high'

    picture = Picture(draw, size=(3, 2))
    first = picture.value
    picture.redraw()
    assert picture.alt == 'One bar, "2" high'
    assert 'alt="One bar, &quot;2&quot; high" width="300" height="200"' in picture.value
    assert first != picture.value
    data = re.search(r"base64,([^\"]+)", picture.value)
    assert data is not None
    assert base64.b64decode(data[1]).startswith(PNG)


def test_the_labels_of_a_layout_are_whole() -> None:
    slider = widgets.IntSlider(description="A label that is longer than the usual eighty pixels")
    column([slider])
    assert slider.style.description_width == "initial"


def test_frames_differ_in_label_and_words() -> None:
    same = Frame("a", Figure(), "the same words")
    with pytest.raises(CourseError, match="different labels"):
        Frames("Title", "Control", [same, same])


# A lab -----------------------------------------------------------------------------------------


def shops_of(values: Mapping[str, Any]) -> dict[str, Control]:
    """Controls of which one depends on another: a city, its shops, and how many of them to show."""
    city = values.get("city", "Wuhan")
    shops = {"Wuhan": 3, "Xi'an": 5}[city]
    controls: dict[str, Control] = {
        "city": Choice("City", [("Wuhan", "Wuhan"), ("Xi'an", "Xi'an")]),
        "shops": Slider("Shops", steps(1, shops), shops),
        "height": Number("Height", 1, 9, 4),
        "all": Button("Show all", lambda now: {"shops": shops, "height": now["height"] + 1}),
    }
    return controls if city == "Wuhan" else controls | {"names": Toggle("Names")}


def draw_shops(
    figure: Figure, city: str, shops: int, height: int, *, names: bool | None = None
) -> Told:
    if height == 9:
        raise CourseError("A height of 9 & more is <too> much.")
    figure.add_subplot().bar(range(shops), height)
    return Told(f"{city}: {shops} bars, {height} high, names {names}", table([], [["City", city]]))


def a_lab(**other: Any) -> Lab:
    return Lab("Shops", shops_of, draw_shops, size=(3, 2), **other)


def test_a_move_of_a_lab_redraws_picture_and_words() -> None:
    app = a_lab().app()
    assert app.picture.alt == "Wuhan: 3 bars, 4 high, names None"
    app.inputs["shops"].value = 2
    assert app.picture.alt == "Wuhan: 2 bars, 4 high, names None"
    assert ">Wuhan</td>" in app.below.value


def test_a_control_that_is_declared_anew_begins_again_and_the_others_stay() -> None:
    app = a_lab().app()
    app.inputs["height"].value = 7
    app.inputs["shops"].value = 2
    app.inputs["city"].value = "Xi'an"
    assert app.picture.alt == "Xi'an: 5 bars, 7 high, names False"
    assert app.inputs["shops"].texts == ["1", "2", "3", "4", "5"]
    app.inputs["names"].value = True
    assert app.picture.alt.endswith("names True")
    app.inputs["city"].value = "Wuhan"
    assert app.picture.alt == "Wuhan: 3 bars, 7 high, names None"


def shown(app: App) -> list[str]:
    """Return the labels of the controls that an app shows, in order."""
    column = app.children[1].children[0]
    return [control.description for control in column.children]


def test_a_control_that_is_left_out_disappears() -> None:
    app = a_lab().app()
    assert shown(app) == ["City", "Shops", "Height", "Show all"]
    app.inputs["city"].value = "Xi'an"
    assert shown(app) == ["City", "Shops", "Height", "Show all", "Names"]
    app.inputs["city"].value = "Wuhan"
    assert shown(app) == ["City", "Shops", "Height", "Show all"]


def test_a_button_sets_other_controls_and_draws_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = a_lab().app()
    app.inputs["shops"].value = 1
    drawn = []
    monkeypatch.setattr(app.picture, "redraw", lambda: drawn.append(1))
    app.inputs["all"].click()
    assert (app.inputs["shops"].value, app.inputs["height"].value) == (3, 5)
    assert drawn == [1]


def test_what_cannot_be_drawn_is_said_and_the_picture_stays() -> None:
    app = a_lab().app()
    before = app.picture.value
    app.inputs["height"].value = 9
    assert '<p role="alert"' in app.below.value
    assert "9 &amp; more is &lt;too&gt; much" in app.below.value
    assert app.picture.value == before
    app.inputs["height"].value = 5
    assert "alert" not in app.below.value


def test_frames_and_app_come_from_one_drawing() -> None:
    frames = a_lab(along="shops", stops=(1, 3)).frames()
    assert (frames.title, frames.control_label) == ("Shops", "Shops")
    assert [frame.label for frame in frames.frames] == ["1", "3"]
    assert frames.frames[1].alt == a_lab().app().picture.alt
    along = a_lab(along="city").frames()
    assert along.frames[1].alt == "Xi'an: 5 bars, 4 high, names False"


def test_tabs_show_every_lab_and_the_page_the_one_with_frames() -> None:
    tabs = Tabs("Two", [a_lab(), replace(a_lab(along="shops"), title="Second")])
    box = tabs.app()
    assert box.children[1].titles == ("Shops", "Second")
    assert tabs.frames().title == "Two"


def test_a_slider_takes_the_nearest_number_and_refuses_another_value() -> None:
    assert Slider("Minutes", steps(5, 60, 5), 42.0).start == 40
    slider = NamedSlider("Minutes", steps(5, 60, 5), 40)
    slider.value = 10
    assert slider.index == 1
    with pytest.raises(traitlets.TraitError, match="has no value 7"):
        slider.value = 7
    assert (slider.value, slider.index) == (10, 1)


def test_a_table_escapes_and_tells_what_its_heads_are() -> None:
    html = table(["<b>", "n"], [["a & b", 3]], bold=[0])
    assert '<th scope="col">&lt;b&gt;</th>' in html
    assert '<tr class="ecokit-bold"><th scope="row">a &amp; b</th>' in html
    assert '<td class="ecokit-number">3</td></tr>' in html


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["3", "-4.5", "+113%", "¥2.05k", "12 s", "–", "99.4%, 95.7%"], True),
        (["¥1k + ¥2k = ¥3k", "23; 27"], True),
        (["3", "the same"], False),
        (["20 Jun 19:19"], False),
        (["K2"], False),
        (["", ""], False),
    ],
)
def test_a_column_of_numbers_stands_right_and_one_of_names_left(
    cells: list[str], right: bool
) -> None:
    html = table(["Name", "Value"], [["a", cell] for cell in cells])
    assert html.count("ecokit-number") == (len(cells) + 1) * right


def picture_of(z: int) -> str:
    return f"The value is {z}."


def lab_of(control: Control, along: str = "z", **more: Any) -> Lab:
    return Lab("Odd", {"z": control}, lambda figure, z: picture_of(z), along=along, **more)


ONE_TWO = Slider("Z", steps(1, 2))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: steps(1, 3, 0), "step is 0"),
        (lambda: steps(3, 1), "high is 1"),
        (lambda: Slider("Z", [1, 2]), "a text and a value for each option"),  # type: ignore[list-item]
        (lambda: Choice("Z", "ab"), "a text and a value for each option"),  # type: ignore[arg-type]
        (lambda: Slider("", steps(1, 2)), "label is"),
        (lambda: Toggle("Z", "no"), "Z is 'no'"),  # type: ignore[arg-type]
        (lambda: Number("Z", 5, 1, 3), "high is 1"),
        (lambda: lab_of(ONE_TWO, along="").frames(), "needs a slider or a choice"),
        (lambda: lab_of(Toggle("Z")).frames(), "needs a slider or a choice"),
        (lambda: lab_of(ONE_TWO, stops=[1, 9]).frames(), "stops where 'Z' has no value"),
        (lambda: Tabs("Odd", [lab_of(ONE_TWO, along="")]).frames(), "'Odd' needs a slider"),
        (
            lambda: replace(lab_of(ONE_TWO), draw=cast(Any, lambda figure, z: None)).frames(),
            "return the text",
        ),
    ],
)
def test_a_lab_that_cannot_be_is_told_in_a_sentence(make: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        make()


def test_a_start_out_of_range_is_the_nearest_that_the_control_can_show() -> None:
    app = lab_of(Number("Z", 0, 3, 9)).app()
    assert (app.inputs["z"].value, app.picture.alt) == (3, "The value is 3.")
    assert Slider("Z", steps(30, 480, 30), np.int64(125)).start == 120
    assert Slider("Z", [("few", "a"), ("many", "b")], 3).start == "a"


def test_a_lab_that_cannot_begin_says_so_and_waits_for_another_value() -> None:
    def draw(figure: Figure, z: int) -> str:
        if z == 1:
            raise CourseError("Nobody <bought> one.")
        return picture_of(z)

    app = Lab("Odd", {"z": ONE_TWO}, draw).app()
    assert "&lt;bought&gt;" in app.below.value
    app.inputs["z"].value = 2
    assert (app.picture.alt, app.below.value) == ("The value is 2.", "")


# Any measure -------------------------------------------------------------------------------------


def test_the_line_under_the_picture_gives_the_table(shop: Shop) -> None:
    from ecokit.explore import measure

    cases: list[tuple[str, str, list[str], tuple[str, Any] | None]] = [
        ("sales", "month", ["category"], None),
        ("conversion", "quarter", [], ("channel_id", "direct")),
        ("uv", "", [], ("channel_id", "direct")),
    ]
    for asked in cases:
        table, code = measure.answer(shop, *asked)
        given = eval(code, {"kpi": kpi, "shop": shop}).reset_index(drop=True)
        assert len(table)
        assert given[list(table)].equals(table)
    assert "region" in measure.groups(shop, "sales")
    assert "category" not in measure.groups(shop, "conversion")


def test_a_shop_of_one_table_has_its_measures() -> None:
    visits = pd.DataFrame(
        {"visitor_id": [1, 1, 2], "started_at": pd.to_datetime(["2025-01-05"] * 3)}
    )
    app = explore.show("measure", Shop({"visits": visits}))
    assert [value for _text, value in app.inputs["measure"].options] == ["uv", "visits"]
    assert "UV" in app.picture.alt
    none = explore.show("measure", Shop({"channels": visits}))
    assert "no table that a measure needs" in none.value


def test_names_that_no_font_draws_are_numbered_with_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecokit.plots import glyphs, theme

    strange = "\u9f98\u9750"  # a character that no one types
    monkeypatch.setattr(glyphs, "system_fonts", lambda: ())
    theme.families_used.cache_clear()
    lines = pd.DataFrame(
        {"order_id": [1, 2], "product_id": [1, 2], "quantity": [1, 2], "unit_price": [3.0, 4.0]}
    )
    orders = pd.DataFrame(
        {
            "order_id": [1, 2],
            "placed_at": pd.to_datetime(["2025-01-05"] * 2),
            "paid_at": pd.to_datetime(["2025-01-05"] * 2),
        }
    )
    products = pd.DataFrame({"product_id": [1, 2], "name": ["phone", strange]})
    shop = Shop({"orders": orders, "order_lines": lines, "products": products})
    app = explore.show("measure", shop)
    app.inputs["by"].value = "name"
    app.inputs["period"].value = ""
    labels = [text.get_text() for text in app.picture.figure.axes[0].get_yticklabels()]
    assert "no. 1" in labels
    assert strange not in labels
    (title,) = [
        one
        for one in (app.picture.figure.axes[0].get_title(loc=at) for at in ("left", "center"))
        if one
    ]
    assert title == "Sales: no. 1 is highest, ¥8.00"
    assert f"<li>{strange}</li>" in app.below.value
    theme.families_used.cache_clear()
