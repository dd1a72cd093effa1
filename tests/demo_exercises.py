"""One exercise of each kind, which need no shop: to try the checks and the cards on."""

from __future__ import annotations

from typing import Any

from ecokit.exercises import sheet
from ecokit.shop import Shop

known: Any = {"objective": "kpi-compute", "minutes": 3}
words: Any = {
    "hints": ("Look at the **paid** orders only.", "Divide by `visitors`."),
    "solution": "Paid orders divided by visitors.",
}


@sheet.number(
    id="demo-rate",
    title="How many visitors buy?",
    unit="share",
    tolerance=0.0005,
    mistakes={
        "visits": "You counted visits, not visitors.",
        "lines": "You counted order lines, not orders.",
    },
    **known,
)
def rate(_shop: Shop) -> sheet.Sheet:
    return sheet.Sheet(
        prompt="Of 4,000 visitors 327 bought something.\n\nWhich **share** of them is that?",
        right=327 / 4000,
        wrong={"visits": 0.05, "lines": 0.2},
        **words,
    )


@sheet.choice(
    id="demo-targets", title="What follows from the targets?", options=("a", "b", "c"), **known
)
def targets(_shop: Shop) -> sheet.ChoiceSheet:
    return sheet.ChoiceSheet(
        prompt="The campaign brings 45 % of the visitors and 55 % of the orders.",
        right="a",
        options={
            "a": "Campaign visitors buy more often",
            "b": "The others buy more often",
            "c": "Nothing follows",
        },
        reasons={
            "a": "55 / 45 is above 1.",
            "b": "Then they would make more orders.",
            "c": "Divide the two shares.",
        },
        **words,
    )


@sheet.table(
    id="demo-layers",
    title="Layers of two structures",
    key="structure",
    value="layers",
    unit="layers",
    tolerance=0,
    labels={"seven": "Seven departments", "three": "Three centers"},
    mistakes={
        "no_top": "The top is a layer too.",
        "posts": "You counted posts.",
    },
    **known,
)
def layers(_shop: Shop) -> sheet.TableSheet:
    return sheet.TableSheet(
        prompt="How many layers has each structure?",
        right={"seven": 4, "three": 3},
        wrong={"no_top": {"seven": 3, "three": 2}, "posts": {"seven": 30, "three": 20}},
        **words,
    )


def score(plan: sheet.PlanAnswer) -> sheet.Score:
    """Return how many people have a boss, in points."""
    people = plan["span"] ** plan["layers"]
    return sheet.Score(min(100, people), people >= 60, (f"{people:.0f} people have a boss.",))


@sheet.plan(
    id="demo-design",
    title="Design your own",
    fields=(
        sheet.Field("span", "Span of control", 2, 12, start=3),
        sheet.Field("layers", "Layers below the top", 1, 5),
    ),
    mistakes={
        "flat": "One layer is not enough.",
        "narrow": "The span is too narrow.",
    },
    **known,
)
def design(_shop: Shop) -> sheet.PlanSheet:
    return sheet.PlanSheet(
        prompt="Choose span and layers so that at least 60 people have a boss.",
        right={"span": 4, "layers": 3},
        score=score,
        wrong={"flat": {"span": 12, "layers": 1}, "narrow": {"span": 2, "layers": 5}},
        detects={
            "flat": lambda plan: plan["layers"] == 1,
            "narrow": lambda plan: plan["span"] == 2,
        },
        **words,
    )


DEMO = (rate, targets, layers, design)
