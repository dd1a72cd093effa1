"""The weekly report: one page that a manager reads in two minutes, as a single HTML file.

It holds no script and loads nothing. Whatever comes from competitors' pages is escaped,
because names and promotions are written by others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ecokit.competitors.indices import spatial_index
from ecokit.competitors.sandbox import sandboxed
from ecokit.competitors.tables import fetched
from ecokit.errors import CourseError
from ecokit.inputs import numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

WEEKS = 13
"""Weeks that the chart of the report shows: a quarter."""

COLORS = ("#0173b2", "#de8f05", "#029e73", "#cc78bc", "#ca9161")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
@page { size: A4; margin: 14mm; }
body { font: 15px/1.45 "DejaVu Sans", "Noto Sans", "Noto Sans SC", sans-serif; color: #1a1a1a;
  background: #fff; max-width: 760px; margin: 1.5em auto; padding: 0 1em; }
h1 { font-size: 1.5em; margin: 0 0 .2em; } h2 { font-size: 1.1em; margin: 1.2em 0 .4em; }
.figures { display: flex; flex-wrap: wrap; gap: .6em; padding: 0; list-style: none; }
.figures li { flex: 1 1 9em; border: 1px solid #767676; border-radius: 6px; padding: .5em .7em; }
.figures b { display: block; font-size: 1.45em; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #555; }
th, td { padding: .25em .5em; border-bottom: 1px solid #ccc; text-align: right; }
th:first-child, td:first-child { text-align: left; }
ol { padding-left: 1.4em; } li { margin-bottom: .35em; } svg { width: 100%; height: auto; }
.small { color: #555; font-size: .85em; }
@media print { body { font-size: 11.5px; margin: 0; max-width: none; } h2 { break-after: avoid; } }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>{{ headline }}</p>
<ul class="figures">
{% for figure in figures %}<li><b>{{ figure.value }}</b>{{ figure.label }}</li>
{% endfor %}</ul>
<h2>{{ words.moves }}</h2>
{% if alerts %}<ol>
{% for sentence in alerts %}<li>{{ sentence }}</li>
{% endfor %}</ol>
{% else %}<p>{{ words.none }}</p>
{% endif %}<h2>{{ words.levels }}</h2>
<table>
<caption>{{ words.caption }}</caption>
<thead><tr><th scope="col">{{ words.category }}</th>
{% for name in competitors %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr><th scope="row">{{ row.category }}</th>
{% for cell in row.cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
<h2>{{ words.history }}</h2>
<svg viewBox="0 0 700 {{ chart.height }}" role="img" aria-label="{{ chart.alt }}">
<rect width="700" height="{{ chart.height }}" fill="#fff"/>
{% for tick in chart.ticks %}<line x1="52" x2="490" y1="{{ tick.y }}" y2="{{ tick.y }}"
 stroke="{{ '#444' if tick.zero else '#ddd' }}"/>
<text x="46" y="{{ tick.y + 4 }}" font-size="12" text-anchor="end">{{ tick.text }}</text>
{% endfor %}{% for day in chart.days %}<text x="{{ day.x }}" y="{{ chart.height - 6 }}"
 font-size="12" text-anchor="middle">{{ day.text }}</text>
{% endfor %}{% for line in chart.lines %}<polyline points="{{ line.points }}" fill="none"
 stroke="{{ line.color }}" stroke-width="2.5" stroke-dasharray="{{ line.dash }}"/>
<line x1="497" x2="518" y1="{{ line.y - 4 }}" y2="{{ line.y - 4 }}"
 stroke="{{ line.color }}" stroke-width="2.5" stroke-dasharray="{{ line.dash }}"/>
<text x="523" y="{{ line.y }}" font-size="12" fill="#1a1a1a">{{ line.name }}</text>
{% endfor %}</svg>
<p class="small">{{ words.method }}</p>
</main>
</body>
</html>
"""


@public
def weekly_report(gaps: Any, alerts: Any, competitors: Any, week: Any) -> str:
    """Write the report of one week as a page of HTML.

    Parameters
    ----------
    gaps : table
        What ``price_gaps`` returned; weeks after `week` are not used.
    alerts : table
        What ``alerts`` returned for the week: ``sentence``, ``at_stake``.
    competitors : table
        ``competitor_id``, ``name``.
    week : date or ISO text
        A Monday of `gaps`.

    Returns
    -------
    str
        A whole HTML document: four figures, the alerts, price levels by category and competitor,
        and the gap of the last :data:`WEEKS` weeks as a picture with its words.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, or the week is not in `gaps`.

    References
    ----------
    Slide 18 (an effective system of gathering and processing, 信息分析处理体系).

    Examples
    --------
    >>> import pandas as pd
    >>> week = pd.Timestamp("2025-03-03")
    >>> gaps = pd.DataFrame({"week": [week], "competitor_id": "K1", "product_id": "P1",
    ...     "category": "phones", "price": 100.0, "own_price": 90.0, "units": 7, "gap": -0.1,
    ...     "in_stock": True})
    >>> alerts = pd.DataFrame({"sentence": ["<b>Sale</b> ends soon."], "at_stake": [10.0]})
    >>> page = weekly_report(gaps, alerts, pd.DataFrame({"competitor_id": ["K1"], "name": "North"}),
    ...                      week)
    >>> "We are 10% cheaper than competitors" in page, "&lt;b&gt;Sale&lt;/b&gt;" in page
    (True, True)
    >>> weekly_report(gaps, alerts, pd.DataFrame({"competitor_id": ["K1"]}), week)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table competitors has no column name. It has: ...
    """
    from jinja2 import Environment

    keys = ["competitor_id", "product_id", "category", "in_stock"]
    seen, moves, shops = fetched(
        {"gaps": gaps, "alerts": alerts, "competitors": competitors},
        {
            "gaps": [*keys, "week", "price", "own_price", "units"],
            "alerts": "sentence at_stake",
            "competitors": "competitor_id name",
        },
    )
    wrong = [rows.missing(name, *keys) for name in keys]
    wrong += [rows.not_above_zero(name, *keys, gaps=True) for name in ("price", "own_price")]
    rows.refuse(seen, "gaps", wrong)
    rows.refuse(shops, "competitors", [rows.twice("competitor_id")])
    seen = seen.dropna(subset=["price", "own_price"])
    seen = seen.assign(gap=seen["own_price"] / seen["price"] - 1)
    names = shops.set_index("competitor_id")["name"].dropna().to_dict()
    page = _contents(seen, moves, names, numbers.day("week", week))
    return Environment(autoescape=True).from_string(_PAGE).render(page)


def _contents(
    gaps: pd.DataFrame, alerts: pd.DataFrame, names: dict[Any, str], day: pd.Timestamp
) -> dict[str, Any]:
    """Return what the page of a week shows, by the names of the template."""
    now = gaps[gaps["week"] == day]
    if now.empty:
        sentence = _("There are no price gaps of the week {week}: collect it first.")
        raise CourseError(sentence.format(week=day.date()))
    past = gaps[(gaps["week"] <= day) & (gaps["week"] > day - pd.Timedelta(weeks=WEEKS))]
    level = _mean_gap(now["gap"])
    cheapest = now.groupby("product_id")["gap"].max().lt(0).mean()
    sold_out = 1 - now["in_stock"].astype(bool).mean()
    shops = sorted(now["competitor_id"].unique())
    return {
        "title": _("Competitors, week of {week.day} {week:%B %Y}").format(week=day),
        "headline": _headline(level, len(alerts), alerts["at_stake"]),
        "figures": [
            {"value": f"{level:+.1%}", "label": _("our price level against theirs")},
            {"value": f"{cheapest:.0%}", "label": _("of matched products cheapest with us")},
            {"value": f"{len(alerts)}", "label": _("moves worth a look")},
            {"value": f"{sold_out:.0%}", "label": _("of their offers sold out")},
        ],
        "alerts": list(alerts["sentence"]),
        "competitors": [f"{names[shop]} ({shop})" if shop in names else shop for shop in shops],
        "rows": _levels(now),
        "chart": _chart(past, names),
        "words": _words(),
    }


def _mean_gap(gaps: pd.Series[float]) -> float:
    """Return the geometric mean of price ratios, minus 1."""
    return float(np.exp(np.log1p(gaps.to_numpy(float)).mean()) - 1)


def _words() -> dict[str, str]:
    return {
        "moves": _("Moves worth a reaction"),
        "none": _("No move of this week is worth a reaction."),
        "levels": _("Price levels"),
        "caption": _("Our price against theirs: +5% means that we are dearer by 5%."),
        "category": _("Category"),
        "history": _("Price gap of the last quarter"),
        "method": _(
            "Geometric means of the prices that customers pay, over matched products only. "
            "The table weighs products by our sales of the week before, where there are any."
        ),
    }


def _headline(level: float, number: int, at_stake: pd.Series[float]) -> str:
    side = _("dearer") if level > 0 else _("cheaper")
    told = _("We are {level:.0%} {side} than competitors for the same products.").format(
        level=abs(level), side=side
    )
    lost = float(at_stake.clip(lower=0).sum())
    if not number:
        return told
    more = _("The moves below take about ¥{lost:,.0f} of margin a week.").format(lost=lost)
    return f"{told} {more}"


def _levels(now: pd.DataFrame) -> list[dict[str, Any]]:
    """Return price levels by category and competitor; Jevons where we sold nothing."""
    keys = ["category", "competitor_id"]
    levels = spatial_index(now, "tornqvist", by=keys)
    levels["level"] = levels["level"].fillna(spatial_index(now, "jevons", by=keys)["level"])
    table = levels.pivot_table(index="category", columns="competitor_id", values="level")
    return [
        {
            "category": str(category).replace("_", " "),
            "cells": [f"{value - 1:+.1%}" if value == value else "–" for value in row],
        }
        for category, row in zip(table.index, table.to_numpy(), strict=True)
    ]


def _chart(past: pd.DataFrame, names: dict[Any, Any]) -> dict[str, Any]:
    """Place the lines of the chart: one a competitor, with its name at the end."""
    table = past.pivot_table(index="week", columns="competitor_id", values="gap", aggfunc=_mean_gap)
    height, left, right, top = 190, 52, 490, 12
    low = min(float(np.nanmin(table.to_numpy())), 0) - 0.01
    high = max(float(np.nanmax(table.to_numpy())), 0) + 0.01
    step = next(s for s in (0.05 * 2**n for n in range(60)) if high - low < 7 * s)

    def down(value: float) -> float:
        return round(top + (high - value) / (high - low) * (height - 40 - top), 1)

    xs = np.linspace(left + 8, right - 8, max(len(table), 2)).round(1)
    lines, said = [], []
    for place, competitor in enumerate(table.columns):
        values = table[competitor].to_numpy(float)
        seen = np.flatnonzero(np.isfinite(values))
        name = str(names.get(competitor, competitor))
        said.append(_("{name} {gap:+.1%}").format(name=name, gap=values[seen[-1]]))
        lines.append(
            {
                "name": name if len(name) <= 26 else f"{name[:25]}…",
                "color": COLORS[place % len(COLORS)],
                "dash": _DASHES[place % len(_DASHES)],
                "points": " ".join(f"{xs[at]},{down(values[at])}" for at in seen),
                "y": down(values[seen[-1]]) + 4,
            }
        )
    _spread(lines)
    ticks = [round(float(t), 4) for t in np.arange(np.ceil(low / step) * step, high, step)]
    alt = _("Price gap by week against each competitor. Last week: {said}.")
    places = [0, len(table) // 2, len(table) - 1]
    return {
        "height": height,
        "lines": lines,
        "ticks": [
            {"y": down(t), "text": f"{t:+.0%}" if t else "0%", "zero": abs(t) < 1e-9} for t in ticks
        ],
        "days": [
            {"x": xs[at], "text": f"{table.index[at].day} {table.index[at]:%b}"}
            for at in dict.fromkeys(places)
        ],
        "alt": alt.format(said="; ".join(said)),
    }


def _spread(lines: list[dict[str, Any]]) -> None:
    """Move labels apart that would lie on one another."""
    lowest = -np.inf
    for line in sorted(lines, key=lambda line: line["y"]):
        line["y"] = lowest = round(max(line["y"], lowest + 15), 1)


@public
def show_report(html: str, height: int = 1100) -> Any:
    """Show the report in a notebook, in a frame where nothing runs.

    Parameters
    ----------
    html : str
        What :func:`weekly_report` returned.
    height : int
        Of the frame, in pixels.

    Returns
    -------
    IPython.display.HTML
        The frame.

    Raises
    ------
    CourseError
        `html` is no text, or `height` no whole number.

    References
    ----------
    Slide 18 (信息分析处理体系), as :func:`weekly_report`; the frame is the course's own.

    Examples
    --------
    >>> show_report("<p>Quiet week</p>")
    <IPython.core.display.HTML object>
    """
    return sandboxed(
        numbers.text("html", html), _("Weekly report"), numbers.count("height", height)
    )


@public
def save_report(html: str, path: str | Path, overwrite: bool = False) -> Path:
    """Save the report, and never over a file that is there, unless told to.

    Parameters
    ----------
    html : str
        What :func:`weekly_report` returned.
    path : str or Path
        Where to; the folder must be there.
    overwrite : bool
        True: replace the file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CourseError
        The file is there already, the folder is not, or it cannot be written.

    References
    ----------
    Slide 18 (信息分析处理体系), as :func:`weekly_report`; the rule on files is the course's own.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = save_report("<p>First</p>", f"{folder}/report.html")
    ...     save_report("<p>Second</p>", file)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is a file report.html already. Choose another name, or write
        overwrite=True to replace it.
    """
    if isinstance(html, str):  # half a sign of a page is no text, and is written by its number
        html = html.encode("utf-8", "xmlcharrefreplace").decode()
    html = numbers.text("html", html)
    if not isinstance(path, (str, Path)):
        raise numbers.refused("path", path, _("Give a file, such as 'week-40.html'."))
    file, overwrite = Path(path), numbers.flag("overwrite", overwrite)
    try:
        with file.open("w" if overwrite else "x", encoding="utf-8") as stream:
            stream.write(html)
    except FileExistsError:
        sentence = _(
            "There is a file {name} already. Choose another name, or write overwrite=True "
            "to replace it."
        )
        raise CourseError(sentence.format(name=file.name)) from None
    except OSError as trouble:
        sentence = _("The report cannot be saved as {name}: {why}. Check the folder.")
        raise CourseError(
            sentence.format(name=file.name, why=trouble.strerror or str(trouble))
        ) from None
    return file
