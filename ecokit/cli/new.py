"""Make a new topic: every room of it, listed and registered, with a skeleton that runs.

What is written comes from the files in ``templates``, beside this one. Where the author goes on,
they say so: `MARK`. A file that is there already is never overwritten.
"""

from __future__ import annotations

import builtins
import csv
import io
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from ecokit import __all__ as given
from ecokit.cli import copies, masters, rooms
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.topics import Chapter, read

MARK = "Write here:"
"""What stands where an author goes on; a topic that is done holds none."""

ROOMS = {
    "module.py.txt": "ecokit/{topic}/__init__.py",
    "measures.py.txt": "ecokit/{topic}/orders.py",
    "plots.py.txt": "ecokit/plots/{topic}.py",
    "exercises.py.txt": "ecokit/exercises/{topic}.py",
    "explore.py.txt": "ecokit/explore/{topic}.py",
    "tests.py.txt": "tests/test_{topic}.py",
    "sweep.py.txt": "tests/sweep/{topic}.py",
    "page.md": "book/{chapter}/{topic}.md",
    "api.md": "book/reference/api/{topic}.md",
    "notebook.md": "notebooks/{chapter}/{topic}.ipynb",
}
"""Where each template goes."""

CHAPTER = {"chapter.md": "book/{chapter}/index.md"}
"""What a new chapter needs besides."""


class Made(NamedTuple):
    """What `make` did, as paths below the root: files that are new, and files with a new line."""

    files: list[str]
    lines: list[str]


@dataclass(frozen=True)
class Names:
    """The names and titles of a new topic.

    Parameters
    ----------
    chapter, topic : str
        As folders and modules are called.
    title, title_zh, chapter_title, chapter_title_zh : str
        As readers are told; made from the names where empty.
    """

    chapter: str
    topic: str
    title: str = ""
    title_zh: str = ""
    chapter_title: str = ""
    chapter_title_zh: str = ""

    def words(self) -> dict[str, str]:
        """Return what stands for each name in a template, with no title left empty."""
        title = self.title or _spoken(self.topic)
        chapter_title = self.chapter_title or _spoken(self.chapter)
        return {
            "chapter": self.chapter,
            "topic": self.topic,
            "title": title,
            "title_zh": self.title_zh or title,
            "chapter_title": chapter_title,
            "chapter_title_zh": self.chapter_title_zh or chapter_title,
        }


def _spoken(name: str) -> str:
    return re.sub("[_-]", " ", name).capitalize()


def make(root: Path, names: Names) -> Made:
    """Write every room of a new topic below `root`, and run its notebook.

    Parameters
    ----------
    root
        The folder of the course.
    names
        What the topic and its chapter are called.

    Returns
    -------
    Made
        The new files, and those that got a line.

    Raises
    ------
    CourseError
        A name cannot be used or is taken, or a file is there already; nothing is written.
    """
    course = rooms.chapters(root)
    _check(course, names, root)
    words = names.words()
    files = dict(_files(words, new_chapter=names.chapter not in {one.name for one in course}))
    there = sorted(name for name in files if (root / name).exists())
    if there:
        message = _("{path} is there already. Move it away, or choose another name.")
        raise CourseError(message.format(path=there[0]))
    lines = _registered(root, course, words)
    for name, text in {**lines, **files}.items():
        copies.write(root / name, text.encode())
    written = rooms.write(root)
    masters.store(root / "notebooks", [f"{names.chapter}/{names.topic}.ipynb"])
    return Made(list(files), [*lines, *written])


def _check(course: tuple[Chapter, ...], names: Names, root: Path) -> None:
    """Refuse names that Python, an address or another part of the course could not bear."""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", names.topic) or keyword.iskeyword(names.topic):
        message = _("{name!r} is no name for a topic. Use lower case words, such as service_desk.")
        raise CourseError(message.format(name=names.topic))
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", names.chapter):
        message = _("{name!r} is no name for a chapter. Use words, such as service-center.")
        raise CourseError(message.format(name=names.chapter))
    taken = {topic.name for chapter in course for topic in chapter.topics}
    taken |= {path.stem for path in (root / "ecokit").iterdir()} | set(given)
    if _is_known(names.topic):
        message = _(
            "The name {name} is one of Python or of a package that the course uses, which the "
            "topic would hide. Choose another one."
        )
        raise CourseError(message.format(name=names.topic))
    if names.topic in taken:
        message = _("The name {name} is taken in ecokit. Choose another one.")
        raise CourseError(message.format(name=names.topic))


def _is_known(name: str) -> bool:
    """Say whether a notebook that imports the topic would lose something of that name."""
    return hasattr(builtins, name) or find_spec(name) is not None


# --- new files --------------------------------------------------------------------------


def _files(words: Mapping[str, str], *, new_chapter: bool) -> Mapping[str, str]:
    """Return the text of each new file by its path."""
    made = {}
    for template, path in (ROOMS | CHAPTER if new_chapter else ROOMS).items():
        text = filled(template, words)
        if path.endswith(".ipynb"):
            text = copies.to_bytes(notebook(text, words["topic"])).decode()
        made[path.format(**words)] = text
    return made


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with the names of a topic in it."""
    text = resources.files("ecokit.cli").joinpath("templates", template).read_text("utf-8")
    return Template(text).substitute(words)


def notebook(text: str, topic: str) -> NotebookNode:
    r"""Return the notebook of a text: fenced Python is a cell of code, the rest is words.

    Parameters
    ----------
    text
        Markdown. Behind the word ``python`` of a fence stand the tags of the cell.
    topic
        What the ids of its cells begin with.

    Examples
    --------
    >>> made = notebook("# UV\n\n```python answer\nuv = 3\n```\n", "kpi")
    >>> [(cell.id, cell.source) for cell in made.cells]
    [('kpi-01', '# UV'), ('kpi-02', 'uv = 3')]
    """
    nb = nbformat.v4.new_notebook(metadata=nbformat.from_dict(copies.KERNEL))
    for part in re.split(r"^(```python.*?^```)$", text, flags=re.MULTILINE | re.DOTALL):
        fence = re.fullmatch(r"```python(.*?)\n(.*?)\n```", part, flags=re.DOTALL)
        name = f"{topic}-{len(nb.cells) + 1:02}"
        if fence:
            metadata = {"tags": fence[1].split()} if fence[1].strip() else {}
            nb.cells.append(nbformat.v4.new_code_cell(fence[2], id=name, metadata=metadata))
        elif part.strip():
            nb.cells.append(nbformat.v4.new_markdown_cell(part.strip(), id=name))
    return nb


# --- files that get a line --------------------------------------------------------------


def _registered(
    root: Path, course: tuple[Chapter, ...], words: Mapping[str, str]
) -> dict[str, str]:
    """Return the files that list topics, with a line for the new one, by their path."""

    def text(name: str) -> str:
        return (root / name).read_text("utf-8")

    chapter = next((one for one in course if one.name == words["chapter"]), None)
    row = _row(words["chapter"], words["topic"], words["title"], words["title_zh"])
    if not chapter:
        head = _row(words["chapter"], "", words["chapter_title"], words["chapter_title_zh"])
        row = head + row
    listed = below(text(rooms.LIST), f"{words['chapter']},.*", row)
    order = [topic.name for one in read(listed) for topic in one.topics]
    before = order[order.index(words["topic"]) - 1]
    aims, sources, changes = rooms.AIMS, rooms.SOURCES, "CHANGELOG.md"
    made = {
        rooms.LIST: listed,
        aims: below(text(aims), f"[^,\n]+,{before},.*", filled("objective.csv", words)),
        sources: text(sources) + filled("source.md", words),
        changes: text(changes).replace(
            "### Added\n", "### Added\n" + filled("change.md", words), 1
        ),
    }
    if chapter:
        index = f"book/{chapter.name}/index.md"
        made[index] = below(text(index), r"- \{doc\}`.*(?:\n  .*)*", filled("line.md", words))
    return made


def _row(*cells: str) -> str:
    """Return cells as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def below(text: str, pattern: str, line: str) -> str:
    r"""Return `text` with `line` below the last lines that match, at its end where none does.

    Examples
    --------
    >>> below("a,1\nb,2\na,3\nc,4\n", "a,.*", "a,5\n")
    'a,1\nb,2\na,3\na,5\nc,4\n'
    """
    ends = [one.end() for one in re.finditer(rf"^(?:{pattern})\n", text, flags=re.MULTILINE)]
    end = ends[-1] if ends else len(text)
    return text[:end] + line + text[end:]
