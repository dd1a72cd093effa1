"""The map of the whole operation: cards with links, drawn from tables, readable on a phone."""

from __future__ import annotations

from collections.abc import Iterator

from sphinx.application import Sphinx

from .generated import Generated


class OperationMap(Generated):
    """``{operation-map}``: every part that the deck names, each a link to its topic."""

    inputs = ("ecokit/overview/parts.csv", "ecokit/overview/items.csv", "ecokit/topics.csv")

    def uses(self, ours: object) -> set[str]:
        """Return the module that reads the tables."""
        return {"ecokit.overview.chart"}

    def markdown(self) -> Iterator[str]:
        """Yield a grid of cards, in the order of the map."""
        from ecokit import overview, topics

        pages = {topic.name: f"/book/{topic.chapter}/{topic.name}" for topic in topics.topics()}
        items = overview.operation_map().groupby("part", sort=False)
        rows = {part: list(own.itertuples()) for part, own in items}
        yield from ("::::{grid} 1 1 2 3", ":gutter: 2", ":class-container: operation-map", "")
        for part in overview.parts().itertuples():
            yield from (":::{grid-item-card}", "")
            yield f"**{{doc}}`{part.title} <{pages[part.topic]}>`** {part.title_zh}"
            yield ""
            yield from (
                f"- {{doc}}`{item.name} <{pages[item.topic]}>` {item.name_zh}"
                for item in rows[part.part]
            )
            yield from ("", part.leads, ":::", "")
        yield "::::"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("operation-map", OperationMap)
