"""Directives that write parts of pages from tables and declarations: nothing is typed twice.

Each makes Markdown, which the page's own parser reads: terms, links and translation work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

WORDS_A_MINUTE = 150
"""Reading speed for a text in a second language with figures and tables in it."""


class Generated(SphinxDirective):
    """A directive whose content is computed Markdown."""

    required_arguments = 0
    has_content = False
    inputs: ClassVar[tuple[str, ...]] = ()

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the Markdown."""
        for name in self.inputs:
            self.env.note_dependency(str(self.root / name))
        try:
            lines = list(self.markdown())
        except Exception as error:
            raise self.error(f"{{{self.name}}}: {error}") from error
        box = nodes.Element()
        box.document = self.state.document
        self.state.nested_parse(StringList(lines, self.name), 0, box, match_titles=True)
        return box.children

    @property
    def root(self) -> Path:
        """The folder that holds ``_config.yml``."""
        return Path(self.env.srcdir)

    def markdown(self) -> Iterator[str]:
        """Yield the lines."""
        raise NotImplementedError


def table(head: Iterable[str], rows: Iterable[Iterable[Any]], align: str = "") -> Iterator[str]:
    r"""Yield a Markdown table; `align` holds a letter per column, ``l`` or ``r``.

    Examples
    --------
    >>> list(table(["a", "b"], [[1, "x|y"]], "rl"))
    ['', '| a | b |', '| --: | --- |', '| 1 | x\\|y |', '']
    """
    head = list(head)
    rules = [" --: " if letter == "r" else " --- " for letter in align.ljust(len(head), "l")]
    yield ""
    yield _row(head)
    yield f"|{'|'.join(rules)}|"
    for row in rows:
        yield _row(row)
    yield ""


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


class Objectives(Generated):
    """``{objectives} topic``: what its reader can do afterwards."""

    required_arguments = 1
    inputs = ("ecokit/exercises/objectives.csv",)

    def markdown(self) -> Iterator[str]:
        """Yield a list."""
        from ecokit import exercises

        rows = [row for row in exercises.objectives() if row.topic == self.arguments[0]]
        if not rows:
            raise LookupError(f"no objective has the topic {self.arguments[0]!r}")
        yield from (f"- {row.text}" for row in rows)


class Chapter(Generated):
    """``{chapter} name``: its topics, with objectives and minutes, from the tables."""

    required_arguments = 1
    inputs = Objectives.inputs

    def markdown(self) -> Iterator[str]:
        """Yield a table of minutes, and the objectives of each topic."""
        from ecokit import exercises

        chapter = self.arguments[0]
        rows = [row for row in exercises.objectives() if row.chapter == chapter]
        topics = [t for t in dict.fromkeys(row.topic for row in rows) if self._has(chapter, t)]
        times = [self._times(chapter, topic) for topic in topics]
        yield from table(
            ["Topic", "Read", "Exercises", "Answer them"],
            [_times_row(self._link(chapter, t), own) for t, own in zip(topics, times, strict=True)]
            + [_times_row("Together", [sum(part) for part in zip(*times, strict=True)])],
            "lrrr",
        )
        for topic in topics:
            yield from (f"After {self._link(chapter, topic)} you can:", "")
            yield from (f"- {row.text}" for row in rows if row.topic == topic)
            yield ""

    def _has(self, chapter: str, topic: str) -> bool:
        return f"book/{chapter}/{topic}" in self.env.found_docs

    def _link(self, chapter: str, topic: str) -> str:
        return f"{{doc}}`/book/{chapter}/{topic}`"

    def _times(self, chapter: str, topic: str) -> list[int]:
        from ecokit import exercises

        page = self.root / "book" / chapter / f"{topic}.md"
        self.env.note_dependency(str(page))
        own = exercises.all(topic=topic)
        minutes = sum(exercise.minutes for exercise in own)
        return [reading_minutes(page.read_text("utf8")), len(own), minutes]


def _times_row(name: str, times: Sequence[int]) -> list[str]:
    read, count, answer = times
    return [name, f"{read} min", str(count), f"{answer} min"]


def reading_minutes(text: str) -> int:
    """Return how long a page takes to read; code cells do not count.

    Examples
    --------
    >>> reading_minutes("word " * 450)
    3
    """
    prose = [part for i, part in enumerate(text.split("```")) if i % 2 == 0]
    return max(1, round(len(" ".join(prose).split()) / WORDS_A_MINUTE))


class DataDictionary(Generated):
    """``{data-dictionary}``: every table and column of ``datapackage.json``."""

    inputs = ("datasets/datapackage.json",)

    def markdown(self) -> Iterator[str]:
        """Yield a section per table."""
        package = json.loads((self.root / self.inputs[0]).read_text("utf8"))
        for resource in package["resources"]:
            yield from self._resource(resource)

    def _resource(self, resource: Mapping[str, Any]) -> Iterator[str]:
        schema = resource["schema"]
        keys = " and ".join(f"`{name}`" for name in _listed(schema.get("primaryKey", [])))
        yield from (f"(table-{resource['name']})=", f"## `{resource['name']}`", "")
        yield f"{resource['description']} Key: {keys}. File: `datasets/{resource['path']}`."
        links = _links(schema)
        yield from table(
            ["Column", "Type", "Unit", "Meaning"],
            (
                [f"`{f['name']}`", _type(f), f.get("unit", ""), _meaning(f, links)]
                for f in schema["fields"]
            ),
        )


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def _links(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the table that a column points to, for keys of one column."""
    found = {}
    for key in schema.get("foreignKeys", ()):
        for field in _listed(key["fields"]):
            found[field] = key["reference"]["resource"]
    return found


def _type(field: Mapping[str, Any]) -> str:
    required = field.get("constraints", {}).get("required", False)
    return field["type"] + ("" if required else ", may be empty")


def _meaning(field: Mapping[str, Any], links: Mapping[str, str]) -> str:
    text = field.get("description", "").rstrip(".")
    values = field.get("constraints", {}).get("enum", ())
    if values and not all(value in text for value in values):
        text += ": " + ", ".join(f"`{value}`" for value in values)
    if links.get(field["name"]):
        text += f". See [{links[field['name']]}](#table-{links[field['name']]})"
    return text + "."


class ExerciseDirective(Generated):
    """``{exercise} id``: the question of an exercise, where no kernel can take the answer."""

    required_arguments = 1

    def markdown(self) -> Iterator[str]:
        """Yield the question in a box."""
        from ecokit import exercises, load_shop
        from ecokit.exercises import model

        exercise = exercises.get(self.arguments[0])
        shop = load_shop()
        yield f"::::{{admonition}} Exercise: {exercise.title}"
        yield ":class: exercise"
        yield ""
        yield from model.text_for(exercise.prompt, shop).splitlines()
        yield ""
        yield from _answer_form(exercise, shop)
        yield ""
        yield f"About {exercise.minutes} min. Open the notebook to answer and to get hints."
        yield "::::"


def _answer_form(exercise: Any, shop: Any) -> Iterator[str]:
    from ecokit.exercises import model

    if isinstance(exercise, model.Choice):
        for option in exercise.options:
            yield f"- **{option.key}**: {model.text_for(option.text, shop)}"
    elif isinstance(exercise, model.Plan):
        yield from table(
            ["You set", "from", "to"],
            ([f.label, f"{f.low:g}", f"{f.high:g}"] for f in exercise.fields),
            "lrr",
        )
    else:
        yield f"Answer in: {exercise.unit}."


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("objectives", Objectives)
    app.add_directive("chapter", Chapter)
    app.add_directive("data-dictionary", DataDictionary)
    app.add_directive("exercise", ExerciseDirective)
