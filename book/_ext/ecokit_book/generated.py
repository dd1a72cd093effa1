"""Directives that write parts of pages from tables and declarations: nothing is typed twice.

Each makes Markdown, which the page's own parser reads: terms, links and translation work.
"""

from __future__ import annotations

import csv
import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from ecokit.cli import ways
from ecokit.topics import Topic

from . import cache

WORDS_A_MINUTE = 150
"""Reading speed for a text in a second language with figures and tables in it."""

SLIDES = re.compile(r"^(:{3,})\{slide\}.*?^\1$", re.MULTILINE | re.DOTALL)
"""Blocks of a page that its readers do not see."""


class Generated(SphinxDirective, ABC):
    """A directive whose content is computed Markdown."""

    required_arguments = 0
    has_content = False
    inputs: ClassVar[tuple[str, ...]] = ()

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the Markdown."""
        for name in self.inputs:
            self.env.note_dependency(str(self.root / name))
        cache.note(self.env, self.uses(cache.inputs(self.env.srcdir)))
        try:
            lines = list(self.markdown())
        except Exception as error:
            raise self.error(f"{{{self.name}}}: {error}") from error
        box = nodes.Element()
        box.document = self.state.document
        self.state.nested_parse(StringList(lines, self.name), 0, box, match_titles=True)
        return box.children

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the modules that the content hangs on: all, where nothing finer is known."""
        return ours.modules.whole("ecokit")

    @property
    def root(self) -> Path:
        """The folder that holds ``_config.yml``."""
        return Path(self.env.srcdir)

    @abstractmethod
    def markdown(self) -> Iterator[str]:
        """Yield the lines."""


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

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the module that reads the objectives."""
        return {"ecokit.exercises.aims"}

    def markdown(self) -> Iterator[str]:
        """Yield a list."""
        rows = [row for row in _objectives() if row.topic == self.arguments[0]]
        if not rows:
            raise LookupError(f"no objective has the topic {self.arguments[0]!r}")
        yield from (f"- {row.text}" for row in rows)


class Chapter(Generated):
    """``{chapter} name``: its topics, with objectives and minutes, from the tables."""

    required_arguments = 1
    inputs = (*Objectives.inputs, "ecokit/topics.csv")

    def markdown(self) -> Iterator[str]:
        """Yield a table of minutes, and the objectives of each topic."""
        chapter = self.arguments[0]
        topics = topics_of(self.env, chapter)
        times = [times_of(self.env, chapter, topic) for topic in topics]
        read, count, answer = (sum(part) for part in zip(*times, strict=True))
        yield from table(
            ["Page", "Read", "Notebook", "Answer"],
            [_times_row(chapter, topic, own) for topic, own in zip(topics, times, strict=True)]
            + [["Together", *_amounts(read, count, answer)]],
            "lrrr",
        )
        for topic in topics:
            yield from (f"After {{doc}}`/book/{chapter}/{topic}` you can:", "")
            yield from (f"- {row.text}" for row in _objectives() if row.topic == topic)
            yield ""
        if f"notebooks/{ways.REVIEW}" in self.env.found_docs:
            test, again = (
                _practice(ways.TESTS, "a short test"),
                _practice(ways.REVIEW, "practise again"),
            )
            yield f"Take {test} before you begin and one at the end, and see what you have gained."
            yield f"Some days later: {again} what you missed, on another company."


def _objectives() -> Sequence[Any]:
    from ecokit import exercises

    return exercises.objectives()


def topics_of(env: BuildEnvironment, chapter: str) -> list[str]:
    """Return the topics of a chapter that have a page, in the order of the course."""
    from ecokit.topics import topics

    names = [topic.name for topic in topics() if topic.chapter == chapter]
    return [name for name in names if f"book/{chapter}/{name}" in env.found_docs]


def times_of(env: BuildEnvironment, chapter: str, topic: str) -> list[int]:
    """Return the minutes to read a topic, the number of its exercises, and their minutes."""
    from ecokit import exercises

    page = Path(env.srcdir, "book", chapter, f"{topic}.md")
    env.note_dependency(str(page))
    own = exercises.all(topic=topic)
    return [reading_minutes(page.read_text("utf8")), len(own), sum(one.minutes for one in own)]


class NextStep(Generated):
    """``{next-step}``: from a page to its notebook and back, and where to go on.

    It stands at the end of each page and each notebook of a topic, without being written there.
    """

    inputs = ("ecokit/topics.csv", "ecokit/exercises/objectives.csv")

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the modules that know the ways through the course."""
        return {"ecokit.cli.ways", "ecokit.exercises.aims"}

    def markdown(self) -> Iterator[str]:
        """Yield a box."""
        topic = ways.topic_of(f"{self.env.docname}.ipynb")
        if topic is None:
            raise LookupError(f"{self.env.docname} belongs to no topic")
        yield from ("::::{admonition} Next step", ":class: next-step", "")
        if self.env.docname.startswith("notebooks/"):
            yield f"Back to the page {{doc}}`/book/{topic.chapter}/{topic.name}`."
            yield from ways.next_step(topic, self._link)
            if f"notebooks/{ways.REVIEW}" in self.env.found_docs:
                yield from ways.practise(topic, _practice)
        else:
            yield "Try it on the shop's own tables: run the notebook and answer its exercises. Open"
            yield f"[`{topic.notebook}`]{{.lab-notebook}} in JupyterLab, or look at"
            yield f"{{doc}}`how it runs </notebooks/{topic.chapter}/{topic.name}>` first."
        yield "::::"

    def _link(self, topic: Topic) -> str:
        """Return a link to a topic's page, or its title where the book holds none."""
        page = f"book/{topic.chapter}/{topic.name}"
        return f"{{doc}}`/{page}`" if page in self.env.found_docs else topic.title


def _practice(path: str, words: str) -> str:
    return f"{{doc}}`{words} </notebooks/{path}>`"


class CourseHours(Generated):
    """``{course}``: the chapters, and how long each takes, reading and exercises together."""

    inputs = (*Objectives.inputs, "ecokit/topics.csv")

    def markdown(self) -> Iterator[str]:
        """Yield a list; times are rounded up to quarters of an hour."""
        from ecokit.topics import chapters

        for chapter in chapters():
            topics = topics_of(self.env, chapter.name)
            times = [times_of(self.env, chapter.name, topic) for topic in topics]
            hours = math.ceil(sum(read + answer for read, _, answer in times) / 15) / 4
            name = f"{{doc}}`/book/{chapter.name}/index` {chapter.title_zh}"
            yield f"- {name}: about {hours:g} hours"


WHOLE = "whole"
BUDGETS = {"half-day": 210, "day": 420, "two-days": 840}
"""The minutes of work of each way through the course: breaks come on top."""


class Way(Generated):
    """``{way} half-day``: which pages to read and what to answer, with the minutes of each.

    ``{way} whole`` counts the minutes of the whole course, chapter by chapter.
    """

    required_arguments = 1
    inputs = (*Objectives.inputs, "ecokit/topics.csv", "ecokit/exercises/ways.csv")

    def markdown(self) -> Iterator[str]:
        """Yield a table."""
        name = self.arguments[0]
        yield from self._whole() if name == WHOLE else self._of(name)

    def _whole(self) -> Iterator[str]:
        from ecokit.topics import chapters

        rows, together = [], [0, 0, 0]
        for chapter in chapters():
            topics = topics_of(self.env, chapter.name)
            times = [times_of(self.env, chapter.name, topic) for topic in topics]
            own = [sum(part) for part in zip(*times, strict=True)] or [0, 0, 0]
            together = [a + b for a, b in zip(together, own, strict=True)]
            rows.append([f"{{doc}}`/book/{chapter.name}/index`", *_counts(own)])
        rows.append([f"Together, about {sum(together[::2]) / 60:.0f} hours", *_counts(together)])
        yield from table(["Chapter", "Read", "Exercises", "Answer"], rows, "lrrr")

    def _of(self, name: str) -> Iterator[str]:
        from ecokit import exercises

        rows, together = [], 0
        for topic, chosen in way(self.root / self.inputs[-1], name):
            own = [exercises.get(one) for one in chosen]
            read, _count, _all = times_of(self.env, topic.chapter, topic.name)
            answer = sum(one.minutes for one in own)
            together += read + answer
            titles = " · ".join(one.title for one in own) or "read only"
            page = f"{{doc}}`/book/{topic.chapter}/{topic.name}`"
            rows.append([page, _minutes(read), titles, _minutes(answer)])
        spare = BUDGETS[name] - together
        if spare < 0:
            raise ValueError(f"{name} takes {together} of {BUDGETS[name]} minutes")
        words = f"Together {_minutes(together)}; {_minutes(spare)} are left for questions."
        yield from table(["Read", "Minutes", "Answer", "Minutes"], rows, "lrlr")
        yield words


def way(path: Path, name: str) -> list[tuple[Topic, list[str]]]:
    """Return the topics of a way through the course, and what to answer in each.

    Raises
    ------
    LookupError
        There is no such way.
    """
    from ecokit.topics import topics

    with path.open(encoding="utf8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["way"] == name]
    if not rows:
        raise LookupError(f"no way through the course is called {name!r}")
    chosen: dict[str, list[str]] = {}
    for row in rows:
        chosen.setdefault(row["topic"], []).extend(filter(None, [row["exercise"]]))
    return [(topic, chosen[topic.name]) for topic in topics() if topic.name in chosen]


def _minutes(n: int) -> str:
    return f"{n}\N{NO-BREAK SPACE}min"


def _counts(times: Sequence[int]) -> list[str]:
    read, count, answer = times
    return [_minutes(read), str(count), _minutes(answer)]


class Modules(Generated):
    """``{modules}``: the module of each topic, and what it is for, from its docstring."""

    inputs = ("ecokit/topics.csv",)

    def markdown(self) -> Iterator[str]:
        """Yield a list with a link to the page of each."""
        from ecokit.topics import names

        for name in names():
            module = import_module(f"ecokit.{name}")
            self.env.note_dependency(str(module.__file__))
            summary = str(module.__doc__).split("\n\n")[0].replace("\n", " ").rstrip(".")
            yield f"- {{doc}}`ecokit.{name} </book/reference/api/{name}>`: {summary}."


def _times_row(chapter: str, topic: str, times: Sequence[int]) -> list[str]:
    read, count, answer = _amounts(*times)
    page, notebook = f"/book/{chapter}/{topic}", f"/notebooks/{chapter}/{topic}"
    return [f"{{doc}}`{page}`", read, f"{{doc}}`{count} <{notebook}>`", answer]


def _amounts(read: int, count: int, answer: int) -> list[str]:
    return [f"{read}\N{NO-BREAK SPACE}min", f"{count} exercises", f"{answer}\N{NO-BREAK SPACE}min"]


def reading_minutes(text: str) -> int:
    r"""Return how long a page takes to read; code cells and the trainer's slides do not count.

    Examples
    --------
    >>> reading_minutes("word " * 450 + "\n::::{slide} Title\n" + "word " * 450 + "\n::::\n")
    3
    """
    text = SLIDES.sub("", text)
    prose = [part for i, part in enumerate(text.split("```")) if i % 2 == 0]
    return max(1, round(len(" ".join(prose).split()) / WORDS_A_MINUTE))


class DataDictionary(Generated):
    """``{data-dictionary}``: every table and column of ``datapackage.json``."""

    inputs = ("datasets/datapackage.json",)

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return nothing: a file is all that is shown."""
        return set()

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
            ["Column", "Type", "Meaning"],
            ([f"`{f['name']}`", _type(f), _meaning(f, links)] for f in schema["fields"]),
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
    parts = [field["type"], field.get("unit", ""), "" if required else "may be empty"]
    return ", ".join(part for part in parts if part)


def _meaning(field: Mapping[str, Any], links: Mapping[str, str]) -> str:
    text = field.get("description", "").rstrip(".")
    values = field.get("constraints", {}).get("enum") or field.get("categories", ())
    if values and not all(value in text for value in values):
        text += ": " + ", ".join(f"`{value}`" for value in values)
    if links.get(field["name"]):
        text += f". See [{links[field['name']]}](#table-{links[field['name']]})"
    return text + "."


class KPIReference(Generated):
    """``{kpi-reference}``: the targets of each post, and how each KPI is computed."""

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the modules that declare KPIs, and the one that loads their targets."""
        return ours.modules.whole("ecokit.kpi") | {"ecokit.shop.load"}

    def markdown(self) -> Iterator[str]:
        """Yield the scorecards as declared, then a section per KPI."""
        from ecokit import kpi, load_shop
        from ecokit.kpi.declare import POSTS

        targets = load_shop().targets
        for post, (title, title_zh) in POSTS.items():
            own = targets[targets["post_id"] == post].groupby("kpi", sort=False)
            yield from (f"## {title} {title_zh}", "")
            yield from table(
                ["KPI", "中文", "Target", "Weight"],
                (_target_row(kpi.KPIS[name], rows) for name, rows in own),
                "llrr",
            )
        yield from ("## How each KPI is computed", "")
        for one in kpi.KPIS.values():
            yield from _declared(one, [POSTS[post][0] for post in one.posts])
        yield from ("## The measures behind them", "")
        yield from table(
            ["Measure", "中文", "Unit", "Formula", "`id`", "Needs"],
            (
                [m.name, m.name_zh, m.unit, m.formula, f"`{m.id}`", _needs(m)]
                for m in kpi.MEASURES.values()
            ),
        )


def _target_row(one: Any, rows: Any) -> list[str]:
    low, high = (in_unit(rows["target"].agg(how), one.unit) for how in ("min", "max"))
    span = low if low == high else f"{low} to {high}"
    sign = "at most " if one.better == "lower" else ""
    return [
        f"[{one.name}](#kpi-{one.id})",
        one.name_zh,
        sign + span,
        in_unit(rows["weight"].max(), "share"),
    ]


def in_unit(value: float, unit: str) -> str:
    """Return a target as a reader says it.

    Examples
    --------
    >>> in_unit(0.45, "share"), in_unit(450, "seconds")
    ('45 %', '450 seconds')
    """
    return f"{value * 100:g} %" if unit in {"share", "index"} else f"{value:g} {unit}"


def _declared(one: Any, posts: Sequence[str]) -> Iterator[str]:
    better = "More is better." if one.better == "higher" else "Less is better."
    yield from (f"(kpi-{one.id})=", f"### {one.name} {one.name_zh}", "")
    yield from (f"{_sentence(one.formula)} {better} {one.note}".rstrip(), "")
    yield f"- In code: `{one.id}`. Unit: {one.unit}."
    yield f"- Carried by: {', '.join(posts)} (slide {one.slide})."
    yield from (f"- Needs {_needs(one)}.", "")


def _needs(one: Any) -> str:
    """Return the tables and columns that a measure needs, in words."""
    return ", ".join(_table_with(table, columns.split()) for table, columns in one.columns.items())


def _table_with(table: str, columns: Sequence[str]) -> str:
    link = f"[{table}](#table-{table})"
    return f"{link} ({', '.join(f'`{name}`' for name in columns)})" if columns else link


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


class Effects(Generated):
    """``{effects}``: what is true of the shop, that is, what its simulator was told."""

    inputs = ("ecokit/shop/inputs/effects.csv",)

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return nothing: a file is all that is shown."""
        return set()

    def markdown(self) -> Iterator[str]:
        """Yield a table."""
        with (self.root / self.inputs[0]).open(encoding="utf8", newline="") as file:
            rows = list(csv.DictReader(file))
        yield from table(
            ["Effect", "Value", "What it says", "Where it comes from"],
            (
                [
                    f"`{row['effect']}`",
                    f"{row['value']} {row['unit']}",
                    row["meaning"],
                    row["source"],
                ]
                for row in rows
            ),
        )


class ExerciseDirective(Generated):
    """``{exercise} id``: the question of an exercise, where no kernel can take the answer."""

    required_arguments = 1

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the module of the exercise, and the one that loads its shop."""
        return ours.exercise_modules(self.arguments[0]) | {"ecokit.shop.load"}

    def markdown(self) -> Iterator[str]:
        """Yield the question in a box."""
        from ecokit import exercises, load_shop

        exercise = exercises.get(self.arguments[0])
        sheet = exercise.sheet(load_shop())
        yield f"::::{{admonition}} Exercise: {exercise.title}"
        yield ":class: exercise"
        yield ""
        yield from sheet.prompt.splitlines()
        yield ""
        yield from _answer_form(exercise, sheet)
        yield ""
        yield f"About {exercise.minutes} min. Open the notebook to answer and to get hints."
        yield "::::"


def _answer_form(exercise: Any, sheet: Any) -> Iterator[str]:
    from ecokit.exercises import checks

    if exercise.kind == "choice":
        yield from (f"- **{key}**: {option}" for key, option in sheet.options.items())
    elif exercise.kind == "plan":
        yield from table(
            ["You set", "from", "to"],
            ([f.label, f"{f.low:g}", f"{f.high:g}"] for f in exercise.fields),
            "lrr",
        )
    elif exercise.kind == "table":
        rows = ", ".join(exercise.labels.get(key, key) for key in checks.by_key(sheet.right))
        yield f"{checks.how_to_answer(exercise, sheet)} One number for each of: {rows}."
    else:
        yield checks.how_to_answer(exercise, sheet)


def _go_on(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the next step at the end of a topic's page."""
    if docname.startswith("book/") and ways.topic_of(f"{docname}.ipynb"):
        source[0] += "\n```{next-step}\n```\n"


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("objectives", Objectives)
    app.add_directive("chapter", Chapter)
    app.add_directive("course", CourseHours)
    app.add_directive("way", Way)
    app.add_directive("next-step", NextStep)
    app.connect("source-read", _go_on)
    app.add_directive("modules", Modules)
    app.add_directive("data-dictionary", DataDictionary)
    app.add_directive("kpi-reference", KPIReference)
    app.add_directive("effects", Effects)
    app.add_directive("exercise", ExerciseDirective)
