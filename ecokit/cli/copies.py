"""What learners and trainers are given, derived from the master notebooks.

A master holds the lesson, the exercises and the worked answers; it is the only notebook
that anyone writes. A learner's copy is the master without answers and outputs, a trainer's
copy is the master without outputs. Both are checked first: a tag that is unknown or stands
in the wrong place stops the work, because a misspelt ``answer`` would publish the answer.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ecokit.cli import leaks, ways
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.topics import Topic

ANSWER, EXERCISE, EXPLORER, SHARED = "answer", "exercise", "explorer", "shared"
HIDDEN = frozenset({"hide-input", "remove-input", "remove-cell"})
KINDS = frozenset({ANSWER, EXERCISE, EXPLORER})
TAGS = KINDS | HIDDEN | {SHARED, "nbval-ignore-output", "raises-exception", "remove-output"}
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
RECORD = Path(".ecokit", "laid.json")

_SHOWS = re.compile(r"exercises\.show\(\s*[\"']([^\"']+)")
_CHECKS = re.compile(r"exercises\.check\(\s*[\"']([^\"']+)")


def tags(cell: NotebookNode) -> frozenset[str]:
    """Return the tags of a cell.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("1 + 1", metadata={"tags": ["answer"]})
    >>> sorted(tags(cell))
    ['answer']
    """
    return frozenset(cell.metadata.get("tags", ()))


def check(nb: NotebookNode, name: str) -> None:
    """Refuse a master whose tags would leak an answer or lose one.

    Parameters
    ----------
    nb
        The master.
    name
        What the error calls it, usually its path below ``notebooks/``.

    Raises
    ------
    CourseError
        A tag is unknown or misspelt; an ``answer`` does not follow its exercise; an
        ``exercise`` has no answer; a cell that shows or checks an exercise is not tagged; a cell
        of the lesson repeats an answer, or a part of one and is not tagged ``shared``.

    Examples
    --------
    >>> new = nbformat.v4
    >>> cell = new.new_code_cell("42", id="kpi-01", metadata={"tags": ["anwser"]})
    >>> check(new.new_notebook(cells=[cell]), "architecture/kpi.ipynb")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: architecture/kpi.ipynb, cell 1 (kpi-01): the tag "anwser" is \
not known. Did you mean "answer"?
    """
    exercise, waiting = None, False  # the exercise that answers may follow; still unanswered?
    for number, cell in enumerate(nb.cells, start=1):
        kind = tags(cell) & KINDS
        fault = _tag_fault(tags(cell), cell.cell_type)
        if not fault and waiting and ANSWER not in kind:
            fault = _("the exercise {id} above has no answer.").format(id=exercise)
        fault = fault or _call_fault(kind, cell.source, exercise)
        if fault:
            place = _("{name}, cell {number} ({id}): ").format(
                name=name, number=number, id=cell.get("id", "-")
            )
            raise CourseError(place + fault)
        if EXERCISE in kind:
            exercise, waiting = _SHOWS.findall(cell.source)[0], True
        elif ANSWER not in kind:
            exercise = None
        elif cell.cell_type == "code":
            waiting = False
    if waiting:
        raise CourseError(
            _("{name}: the last exercise, {id}, has no answer.").format(name=name, id=exercise)
        )
    _check_repeats(nb, name)


def _check_repeats(nb: NotebookNode, name: str) -> None:
    """Refuse a lesson that shows what an answer says, in any of its cells."""
    secrets = [(one.id, leaks.secrets_of(one)) for one in nb.cells if ANSWER in tags(one)]
    for number, cell in enumerate(nb.cells, start=1):
        if ANSWER in tags(cell):
            continue
        told = [*leaks.strings(cell), leaks.without_comments(cell.source)]
        texts = [leaks.plain(text) for text in told]
        for answer, secret in secrets:
            fault = _repeat_fault(secret, texts, answer, shared=SHARED in tags(cell))
            if fault:
                place = _("{name}, cell {number} ({id}): ").format(
                    name=name, number=number, id=cell.get("id", "-")
                )
                raise CourseError(place + fault)


def _repeat_fault(secret: leaks.Secrets, texts: list[str], answer: str, *, shared: bool) -> str:
    """Say which part of an answer stands in a cell of the lesson, or nothing."""
    held = [piece for text in texts for piece in secret.held(text)]
    if not held:
        return ""
    if not shared:
        return _(
            'it repeats "{piece}" of the answer {answer}. Tag it "answer" if it is one, '
            'or "shared" if the lesson is to show this.'
        ).format(piece=min(held, key=len), answer=answer)
    if any(map(secret.is_whole_in, texts)):
        return _('it repeats the whole answer {answer}. Tag it "answer".').format(answer=answer)
    return ""


def _tag_fault(own: frozenset[str], cell_type: str) -> str:
    """Say which tag of a cell is wrong, or nothing."""
    for tag in sorted(own - TAGS):
        near = difflib.get_close_matches(tag.lower(), TAGS, n=1)
        remedy = (
            _('Did you mean "{near}"?').format(near=near[0])
            if near
            else _("Known tags: {tags}.").format(tags=", ".join(sorted(TAGS)))
        )
        return _('the tag "{tag}" is not known.').format(tag=tag) + " " + remedy
    if len(own & KINDS) > 1:
        several = ", ".join(sorted(own & KINDS))
        return _("a cell is one of {tags}, not several.").format(tags=several)
    for tag in sorted(own & {EXERCISE, EXPLORER}):
        if cell_type != "code":
            return _('the tag "{tag}" belongs on a code cell.').format(tag=tag)
    return ""


def _call_fault(kind: frozenset[str], source: str, exercise: str | None) -> str:
    """Say what is wrong between a cell's kind and the exercise it shows or checks, or nothing."""
    shown, checked = _SHOWS.findall(source), _CHECKS.findall(source)
    if EXERCISE in kind and len(shown) != 1:
        return _('a cell tagged "exercise" calls exercises.show("...", shop) once.')
    if shown and EXERCISE not in kind:
        return _('a cell that shows an exercise needs the tag "exercise".')
    if checked and ANSWER not in kind:
        return _('a cell that checks an answer needs the tag "answer".')
    if ANSWER in kind and exercise is None:
        return _("an answer stands directly below its exercise.")
    if checked and set(checked) != {exercise}:
        return _("the answer checks {checked}, the exercise above is {id}.").format(
            checked=checked[0], id=exercise
        )
    return ""


def learner(nb: NotebookNode, name: str = "notebook") -> NotebookNode:
    """Derive what a learner gets: the lesson, explorers and exercises, no answers, no outputs.

    Each exercise is followed by one empty "Your turn" cell to try things in; the end says where
    to go on.

    Parameters
    ----------
    nb
        The master; it is not changed.
    name
        What an error calls it.

    Returns
    -------
    NotebookNode
        A new notebook.

    Raises
    ------
    CourseError
        As `check`.

    Examples
    --------
    >>> new = nbformat.v4
    >>> master = new.new_notebook(cells=[
    ...     new.new_code_cell('exercises.show("uv", shop)', metadata={"tags": ["exercise"]}),
    ...     new.new_code_cell('exercises.check("uv", 42, shop)', metadata={"tags": ["answer"]}),
    ... ])
    >>> [cell.source for cell in learner(master).cells]
    ['exercises.show("uv", shop)', '# Your turn']
    """
    check(nb, name)
    return _blank(nb, [*_without_answers(nb), *_ending(name)])


def trainer(nb: NotebookNode, name: str = "notebook") -> NotebookNode:
    """Derive what a trainer gets: the master with its answers, marked as such, no outputs.

    Parameters
    ----------
    nb
        The master; it is not changed.
    name
        What an error calls it.

    Returns
    -------
    NotebookNode
        A new notebook.

    Raises
    ------
    CourseError
        As `check`.

    Examples
    --------
    >>> new = nbformat.v4
    >>> master = new.new_notebook(cells=[
    ...     new.new_code_cell('exercises.show("uv", shop)', metadata={"tags": ["exercise"]}),
    ...     new.new_code_cell('exercises.check("uv", 42, shop)', metadata={"tags": ["answer"]}),
    ... ])
    >>> print(trainer(master).cells[1].source)
    # Answer
    exercises.check("uv", 42, shop)
    """
    check(nb, name)
    cells = [_copy(cell) for cell in nb.cells]
    for cell in cells:
        if ANSWER in tags(cell):
            mark = _("# Answer") if cell.cell_type == "code" else _("**Answer**") + "\n"
            cell.source = f"{mark}\n{cell.source}"
    return _blank(nb, [*cells, *_ending(name)])


def _ending(name: str) -> Iterator[NotebookNode]:
    """Yield the cell at the end of a topic's notebook that says where to go on."""
    topic = ways.topic_of(name)
    if topic is None:
        return

    def link(other: Topic) -> str:
        same = other.chapter == topic.chapter
        path = f"{other.name}.ipynb" if same else f"../{other.notebook}"
        return f"[{other.title}]({path})"

    def practice(path: str, words: str) -> str:
        return f"[{words}](../{path}.ipynb)"

    page = _("**Course book**, at the top right, opens the page of the notebook that is open.")
    where = [*ways.next_step(topic, link), *ways.practise(topic, practice)]
    text = "\n".join([_("## Next step"), "", *where, "", page])
    yield nbformat.v4.new_markdown_cell(text, id="next-step")


def _without_answers(nb: NotebookNode) -> Iterator[NotebookNode]:
    for cell in nb.cells:
        if ANSWER in tags(cell):
            continue
        yield _copy(cell)
        if EXERCISE in tags(cell):
            yield nbformat.v4.new_code_cell(_("# Your turn"), id=f"{cell.id}-turn"[:64])


def _copy(cell: NotebookNode) -> NotebookNode:
    copy = nbformat.from_dict(json.loads(json.dumps(cell)))
    if SHARED in tags(cell):  # it would say where an answer is near
        copy.metadata["tags"] = [tag for tag in cell.metadata["tags"] if tag != SHARED]
    if cell.cell_type == "code":
        copy.outputs, copy.execution_count = [], None
        if tags(cell) & HIDDEN:  # JupyterLab folds the code away, as the book does
            copy.metadata["jupyter"] = {"source_hidden": True}
    return copy


def _blank(nb: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    return nbformat.v4.new_notebook(
        cells=cells, metadata=nbformat.from_dict(KERNEL), nbformat_minor=nb.nbformat_minor
    )


def answers(nb: NotebookNode) -> list[str]:
    """Return the source of every answer cell: what no learner's file may hold.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("spans.mean()", metadata={"tags": ["answer"]})
    >>> answers(nbformat.v4.new_notebook(cells=[cell]))
    ['spans.mean()']
    """
    return [cell.source for cell in nb.cells if ANSWER in tags(cell)]


def masters(folder: Path) -> dict[str, NotebookNode]:
    """Read every master below `folder`, by its path from there.

    Raises
    ------
    CourseError
        There is none, or one is no notebook.

    Examples
    --------
    >>> masters(Path("no-such-folder"))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are no notebooks in no-such-folder.
    """
    paths = sorted(
        path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    )
    if not paths:
        raise CourseError(_("There are no notebooks in {folder}.").format(folder=folder))
    found = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            found[name] = nbformat.read(path, as_version=4)
        except Exception as error:  # nbformat raises several kinds, all say the same
            raise CourseError(
                _("{name} is no notebook: {error}").format(name=name, error=error)
            ) from error
    return found


def to_bytes(nb: NotebookNode) -> bytes:
    """Write a notebook as bytes: the same notebook gives the same bytes on every system.

    Examples
    --------
    >>> to_bytes(nbformat.v4.new_notebook()).splitlines()[1]
    b' "cells": [],'
    """
    return (nbformat.writes(nb, version=4).rstrip("\n") + "\n").encode()


@dataclass
class Laid:
    """What `lay` did, each a list of paths below the learner's folder.

    Attributes
    ----------
    new
        Files that were not there (or that the learner had deleted).
    updated
        Files that the learner had not touched, now of the newest version.
    beside
        New versions laid beside a file that the learner had changed.
    torn
        Notebooks that do not open (empty, or cut off), each with the fresh one beside it.
    record_read
        Whether all of the record of what was laid could be read; what could not counts as the
        learner's.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    torn: dict[str, str] = field(default_factory=dict)
    record_read: bool = True


def lay(files: Mapping[str, bytes], folder: Path, *, option: str = "--folder") -> Laid:
    """Lay the course into the learner's folder and never overwrite the learner's work.

    What was laid is remembered by its hash in ``.ecokit/laid.json``. A file that still has
    that hash is brought up to date. A file that the learner changed is kept, and the new
    version is laid beside it as ``name.new.ipynb`` (``name.new-2.ipynb``, ... if an older
    one is still there), once per version. Beside a notebook that does not open, because it is empty
    or was cut off, a fresh one is laid, whatever was laid before. A file that the learner deleted
    is laid again: deleting is how to start a notebook afresh. Files that left the course stay where
    they are. Each file is replaced in one step, so a call that is interrupted can be repeated.

    Parameters
    ----------
    files
        Content by path below the folder, with ``/`` between the parts.
    folder
        The learner's folder; made if it is not there.
    option
        By which another folder is chosen where this one cannot be written.

    Returns
    -------
    Laid
        What was done.

    Raises
    ------
    CourseError
        The folder cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     first = lay({"a.ipynb": b"one"}, folder)
    ...     _bytes = (folder / "a.ipynb").write_bytes(b"my work")
    ...     second = lay({"a.ipynb": b"two"}, folder)
    ...     (folder / "a.ipynb").read_bytes(), first.new, second.beside
    (b'my work', ['a.ipynb'], ['a.new.ipynb'])
    """
    laid = Laid()
    try:
        (folder / RECORD).parent.mkdir(parents=True, exist_ok=True)
        record, laid.record_read = _read_record(folder / RECORD)
        for name, content in files.items():
            record[name] = _lay_one(name, content, folder, record.get(name, {}), laid)
        write(folder / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise CourseError(
            _(
                "The folder {folder} cannot be written ({why}). Choose another with {option}."
            ).format(folder=folder, why=error.strerror, option=option)
        ) from error
    return laid


def _lay_one(
    name: str, content: bytes, folder: Path, known: dict[str, str], laid: Laid
) -> dict[str, str]:
    """Lay one file; return its new line of the record (`laid` and perhaps `offered`)."""
    target, new = folder / name, _hash(content)
    held = _content(target)
    current = None if held is None else _hash(held)
    if current == new:
        return {"laid": new}
    if current is None or current == known.get("laid"):
        write(target, content)
        (laid.new if current is None else laid.updated).append(name)
        return {"laid": new}
    torn = _opens(content) and not _opens(held)
    if torn or new not in known.values():  # this version has not been offered yet
        beside = _beside(target, new)
        fresh = beside.relative_to(folder).as_posix()
        if torn:
            laid.torn[name] = fresh
        if not beside.exists():
            write(beside, content)
            laid.beside.extend([] if torn else [fresh])
    return known | {"offered": new}


def _beside(target: Path, new: str) -> Path:
    """Return the first free ``name.new.ipynb``, or the one that holds this version."""
    number = 1
    while True:
        mark = "new" if number == 1 else f"new-{number}"
        path = target.with_name(f"{target.stem}.{mark}{target.suffix}")
        held = _content(path)
        if held is None or _hash(held) == new:
            return path
        number += 1


def _read_record(path: Path) -> tuple[dict[str, dict[str, str]], bool]:
    """Return what was laid, and whether all of the record could be read."""
    held = _content(path)
    if held is None:
        return {}, True  # without a record every file counts as the learner's
    try:
        record: Any = json.loads(held)
    except (ValueError, RecursionError):
        return {}, False
    if not isinstance(record, dict):
        return {}, False
    good = {
        name: known
        for name, known in record.items()
        if isinstance(known, dict) and all(isinstance(one, str) for one in known.values())
    }
    return good, len(good) == len(record)


def _content(path: Path) -> bytes | None:
    """Return what a file holds, nothing where there is none; a folder or a pipe is not read."""
    if not path.exists():
        return None
    if not path.is_file():
        raise OSError(errno.EEXIST, _("{name} is no file").format(name=path.name))
    return path.read_bytes()


def _hash(content: bytes) -> str:
    """Hash what a learner can change: of a notebook the cells, their outputs and their pictures.

    JupyterLab rewrites a notebook's metadata as soon as it is opened; that is nobody's work.
    """
    work = _work(content)
    if work is not None:  # no notebook: its bytes count
        content = json.dumps(work).encode()
    return hashlib.sha256(content).hexdigest()


def _opens(content: bytes | None) -> bool:
    """Return whether bytes are a whole notebook.

    >>> _opens(b'{"cells": []}'), _opens(b'{"cells": ['), _opens(b"")
    (True, False, False)
    """
    return content is not None and _work(content) is not None


def _work(content: bytes) -> list[list[Any]] | None:
    """Return what a learner can change in a notebook; nothing when the bytes are no notebook."""
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [
            [cell["cell_type"], "".join(cell["source"]), cell.get("outputs")]
            + [cell[name] for name in ("attachments",) if cell.get(name)]
            for cell in json.loads(content)["cells"]
        ]
    return None


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
