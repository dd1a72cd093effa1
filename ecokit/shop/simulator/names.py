"""Names of products as competitors print them: the same thing in other words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import NOTHING, Ints
from ecokit.shop.simulator.catalogue import Catalogue
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.specs import attributes

TYPO = (0.03, 0.10, 0.25)  # by competitor: a letter changes its place with the next
SPLIT = (0.0, 0.12, 0.25)  # the model is written C-1
SHOWN = (2, 1, 1)  # attributes in a name
EXTRAS = (0.1, 0.3, 0.7)  # names with words of praise
FOREIGN = "MNPQRSTUVWXY"  # letters of products that the shop does not have
NEWER, DEARER, CHEAPER = 1.08, 1.16, 0.86  # prices of near misses over ours


class Draft(NamedTuple):
    """An offer before its price is set; `price` is our list price of the like."""

    competitor: int
    category: int
    product: int
    name: str
    price: float


def same(luck: Luck, competitor: int, goods: Catalogue, products: Ints) -> list[Draft]:
    """Return offers of products that we sell too, under other names."""
    rows = []
    for product in products.tolist():
        rng = luck.generator("offer.same", competitor, goods.key[product])
        kind = int(goods.category[product])
        name = _printed(rng, competitor, kind, _model(goods, product), goods.specs[product])
        rows.append(Draft(competitor, kind, product, name, float(goods.list_price[product])))
    return rows


def near(luck: Luck, competitor: int, goods: Catalogue, products: Ints) -> list[Draft]:
    """Return offers that look like ours and are not: a later model, a variant, another size."""
    rows = []
    for product in products.tolist():
        rng = luck.generator("offer.near", competitor, goods.key[product])
        kind = int(goods.category[product])
        model, codes = _model(goods, product), goods.specs[product].copy()
        way = int(rng.integers(0, 3))
        if way == 0:
            like = [_model(goods, n) for n in np.flatnonzero(goods.category == kind).tolist()]
            latest = max(int(name[1:]) for name in like if name[0] == model[0])
            model, factor = f"{model[0]}{latest + 1}", NEWER
        elif way == 1:
            model, factor = f"{model} {_pick(rng, 'variant')}", DEARER
            factor = CHEAPER if model.endswith(("Lite", "Mini", "SE")) else factor
        else:
            shown = 1 if kind < 2 else 0
            last = len(attributes(read("categories")[kind]["category"])[shown].values) - 1
            up = codes[shown] < last
            codes[shown] += 1 if up else -1
            factor = DEARER if up else CHEAPER
        name = _printed(rng, competitor, kind, model, codes, spell_out=True)
        rows.append(
            Draft(competitor, kind, NOTHING, name, float(goods.list_price[product]) * factor)
        )
    return rows


def other(luck: Luck, competitor: int, categories: Ints) -> list[Draft]:
    """Return offers of products that have nothing to do with ours."""
    rows = []
    for number, kind in enumerate(categories.tolist()):
        rng = luck.generator("offer.other", competitor, number)
        row = read("categories")[kind]
        codes = np.array([rng.integers(0, len(a.values)) for a in attributes(row["category"])])
        model = f"{FOREIGN[rng.integers(0, len(FOREIGN))]}{rng.integers(1, 10)}"
        low, high = float(row["price_low"]), float(row["price_high"])
        price = low * (high / low) ** rng.random()
        rows.append(
            Draft(competitor, kind, NOTHING, _printed(rng, competitor, kind, model, codes), price)
        )
    return rows


def _model(goods: Catalogue, product: int) -> str:
    return goods.names[product].split()[-1]


def _pick(rng: np.random.Generator, part: str, category: str = "") -> str:
    words: list[str] = []
    for row in read("words"):
        if row["part"] == part and row["category"] == category:
            words = row["words"].split("|")
    return words[int(rng.integers(0, len(words)))]


def _printed(
    rng: np.random.Generator,
    competitor: int,
    kind: int,
    model: str,
    codes: Ints,
    spell_out: bool = False,
) -> str:
    """Compose a name in the manner of a competitor; `spell_out` shows the telling attribute."""
    category = read("categories")[kind]["category"]
    noun = _pick(rng, "noun", category)
    if rng.random() < TYPO[competitor]:
        noun = _swapped(rng, noun)
    if rng.random() < SPLIT[competitor]:
        model = f"{model[0]}-{model[1:]}"
    order = [1, 0] if kind < 2 else [0, 1]  # storage comes first
    place = order[: 2 if spell_out else SHOWN[competitor]]
    size = [text for n in place if (text := _measure(rng, category, n, codes))]
    colour = _pick(rng, "colour")
    extra = _pick(rng, "extra") if rng.random() < EXTRAS[competitor] else ""
    forms = (
        f"{noun} {model} {' '.join(size)}, {colour} {extra}",
        f"{colour.capitalize()} {noun.lower()} {model} ({', '.join(size)}) {extra}",
        f"{extra.upper()} {model} {noun} {' '.join(size)} {colour}",
    )
    return " ".join(forms[competitor].split())


def _measure(rng: np.random.Generator, category: str, place: int, codes: Ints) -> str:
    attribute = attributes(category)[place]
    value = attribute.values[int(codes[place])]
    if attribute.unit == "yes/no":
        return "noise cancelling" if value == "1" else ""
    return value + _pick(rng, f"unit_{attribute.unit}")


def _swapped(rng: np.random.Generator, word: str) -> str:
    """Exchange two letters of the longest word that stand side by side."""
    longest = max(word.split(), key=len)
    at = word.index(longest) + 1 + int(rng.integers(0, len(longest) - 2))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
