"""One exercise of each kind, which need no shop: to try the checks and the cards on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit.exercises.model import (
    Choice,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    Score,
    Table,
)

common: Any = {
    "objective": "kpi-compute",
    "minutes": 3,
    "hints": ("Look at the **paid** orders only.", "Divide by `visitors`."),
    "solution": "Paid orders divided by visitors.",
}


def layers(seven: float, three: float) -> pd.DataFrame:
    """Return a table of layers by structure."""
    return pd.DataFrame({"structure": ["seven", "three"], "layers": [seven, three]})


DEMO = (
    Number(
        id="demo-rate",
        title="How many visitors buy?",
        prompt="Of 4,000 visitors 327 bought something.\n\nWhich **share** of them is that?",
        unit="share",
        tolerance=0.0005,
        reference=lambda shop: 0.08175,
        misconceptions=(
            Misconception("visits", lambda shop: 0.05, "You counted visits, not visitors."),
            Misconception("lines", lambda shop: 0.2, "You counted order lines, not orders."),
        ),
        **common,
    ),
    Choice(
        id="demo-targets",
        title="What follows from the targets?",
        prompt="The campaign brings 45 % of the visitors and 55 % of the orders.",
        options=(
            Option("a", "Campaign visitors buy more often", "55 / 45 is above 1."),
            Option("b", "The others buy more often", "Then they would make more orders."),
            Option("c", "Nothing follows", "Divide the two shares."),
        ),
        reference=lambda shop: "a",
        **common,
    ),
    Table(
        id="demo-layers",
        title="Layers of two structures",
        prompt="How many layers has each structure?",
        key="structure",
        value="layers",
        unit="layers",
        tolerance=0,
        labels={"seven": "Seven departments", "three": "Three centers"},
        reference=lambda shop: layers(4, 3),
        misconceptions=(
            Misconception("no_top", lambda shop: layers(3, 2), "The top is a layer too."),
            Misconception("posts", lambda shop: layers(30, 20), "You counted posts."),
        ),
        **common,
    ),
    Plan(
        id="demo-design",
        title="Design your own",
        prompt="Choose span and layers so that at least 60 people have a boss.",
        fields=(
            Field("span", "Span of control", 2, 12, start=3),
            Field("layers", "Layers below the top", 1, 5),
        ),
        score=lambda shop, plan: Score(
            min(100, plan["span"] ** plan["layers"]),
            plan["span"] ** plan["layers"] >= 60,
            (f"{plan['span'] ** plan['layers']:.0f} people have a boss.",),
        ),
        reference=lambda shop: {"span": 4, "layers": 3},
        misconceptions=(
            Misconception(
                "flat",
                lambda shop: {"span": 12, "layers": 1},
                "One layer is not enough.",
                lambda shop, plan: plan["layers"] == 1,
            ),
            Misconception(
                "narrow",
                lambda shop: {"span": 2, "layers": 5},
                "The span is too narrow.",
                lambda shop, plan: plan["span"] == 2,
            ),
        ),
        **common,
    ),
)
