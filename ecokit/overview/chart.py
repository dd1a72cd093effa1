"""The map of the operation, as tables: the parts of the deck, and what stands in each."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from ecokit.inputs.renamed import public


@public
def parts() -> pd.DataFrame:
    """Return the parts of the operation that the deck speaks of.

    Returns
    -------
    DataFrame
        ``part`` (its name here), ``title``, ``title_zh``, ``slide`` (of the deck) and ``topic``
        (the page that is about all of it), in the order of the map.

    References
    ----------
    Slides 3 to 14.

    Examples
    --------
    >>> parts()["part"].tolist()[:3]
    ['structure', 'force', 'decision']
    """
    return _read("parts.csv")


@public
def operation_map() -> pd.DataFrame:
    """Return what stands on the map, each with the topic that teaches it.

    Returns
    -------
    DataFrame
        ``part`` (of :func:`parts`), ``name``, ``name_zh`` and ``topic``, in the order of the deck.

    References
    ----------
    Slides 3 (touchpoints), 5 to 7 (structures and forces), 9 and 15 (scorecards), 12 (activities
    and the three core questions), 13 (decisions) and 14 (co-operation).

    Examples
    --------
    >>> shown = operation_map()
    >>> shown["part"].value_counts()["touchpoint"].item()
    10
    """
    return _read("items.csv")


def _read(name: str) -> pd.DataFrame:
    with resources.files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file)
