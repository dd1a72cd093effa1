"""What learners are given: no answer in it, and nothing of theirs overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.exercises.aims import objectives
from ecokit.topics import Topic, topics

SHOW, CHECK = 'exercises.show("uv", shop)', 'exercises.check("uv", 42, shop)'


def code(source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(
        source, metadata={"tags": list(tags)}, execution_count=1, outputs=[]
    )


def text(source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def notebook(*cells: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(cells, start=1):
        cell.id = f"kpi-{number:02}"
    return nbformat.v4.new_notebook(cells=list(cells))


GOOD = notebook(
    text("# KPIs"),
    code("shop.visits.shape"),
    code(SHOW, "exercise"),
    text("Count visitors, not visits.", "answer"),
    code("uv = 42\n" + CHECK, "answer"),
    code("explore.show('kpi', shop)", "explorer"),
)

LONG = code(f'uv = visits["visitor_id"].nunique()\n{CHECK.replace("42", "uv")}', "answer")

# The name of each says what is wrong with it; beside it, what the error must say.
DEFECTS = {
    "tag_misspelt": (
        notebook(code(SHOW, "exercise"), code(CHECK, "anwser")),
        'cell 2 (kpi-02): the tag "anwser" is not known. Did you mean "answer"?',
    ),
    "tag_in_capitals": (notebook(code("1", "Answer")), 'Did you mean "answer"?'),
    "tag_unknown": (notebook(code("1", "zzz")), "Known tags:"),
    "answer_without_exercise": (notebook(code("1", "answer")), "directly below its exercise"),
    "answer_text_without_exercise": (notebook(text("42", "answer")), "directly below its exercise"),
    "answer_after_other_cell": (
        notebook(code(SHOW, "exercise"), code(CHECK, "answer"), text("-"), code("1", "answer")),
        "cell 4 (kpi-04): an answer stands directly below its exercise.",
    ),
    "answer_of_another_exercise": (
        notebook(code(SHOW, "exercise"), code('exercises.check("dwell", 1, shop)', "answer")),
        "the answer checks dwell, the exercise above is uv.",
    ),
    "answer_tag_forgotten": (
        notebook(code(SHOW, "exercise"), code("1", "answer"), code(CHECK)),
        'cell 3 (kpi-03): a cell that checks an answer needs the tag "answer"',
    ),
    "exercise_tag_forgotten": (notebook(code(SHOW)), 'needs the tag "exercise"'),
    "exercise_without_answer": (notebook(code(SHOW, "exercise"), text("-")), "has no answer"),
    "exercise_with_answer_in_words_only": (
        notebook(code(SHOW, "exercise"), text("42", "answer"), text("-")),
        "has no answer",
    ),
    "last_exercise_without_answer": (notebook(code(SHOW, "exercise")), "the last exercise, uv"),
    "exercise_shows_nothing": (notebook(code("1", "exercise")), "exercises.show"),
    "exercise_on_text": (notebook(text(SHOW, "exercise")), "belongs on a code cell"),
    "explorer_on_text": (notebook(text("-", "explorer")), "belongs on a code cell"),
    "answer_repeated_in_code": (
        notebook(code("UV  =  visits['visitor_id'].nunique()"), code(SHOW, "exercise"), LONG),
        'cell 1 (kpi-01): it repeats "visits[visitorid].nunique()" of the answer kpi-03.',
    ),
    "answer_repeated_in_words": (
        notebook(text('Take `visits["visitor_id"].nunique()`.'), code(SHOW, "exercise"), LONG),
        'Tag it "answer" if it is one, or "shared"',
    ),
    "whole_answer_in_a_shared_cell": (
        notebook(
            code('uv = visits["visitor_id"].nunique()', "shared"), code(SHOW, "exercise"), LONG
        ),
        "it repeats the whole answer kpi-03.",
    ),
    "exercise_and_answer_at_once": (notebook(code(SHOW, "exercise", "answer")), "not several"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_refused_by_notebook_and_cell(defect: str) -> None:
    nb, sentence = DEFECTS[defect]
    with pytest.raises(CourseError) as caught:
        copies.learner(nb, f"architecture/{defect}.ipynb")
    assert str(caught.value).startswith(f"architecture/{defect}.ipynb")
    assert sentence in str(caught.value)


def test_the_learner_gets_all_but_answers_and_outputs() -> None:
    before = nbformat.writes(GOOD)
    made = copies.learner(GOOD)
    assert [cell.source for cell in made.cells] == [
        "# KPIs",
        "shop.visits.shape",
        SHOW,
        "# Your turn",
        "explore.show('kpi', shop)",
    ]
    assert all(cell.execution_count is None for cell in made.cells if cell.cell_type == "code")
    assert nbformat.writes(GOOD) == before, "the master must not change"
    nbformat.validate(made)


def test_a_shared_cell_is_given_without_its_tag() -> None:
    pattern = code('uv = visits["visitor_id"].nunique()', "shared")
    other = code(f'uv = visits["visitor_id"].nunique()\nuv = uv / 2\n{CHECK}', "answer")
    made = copies.learner(notebook(pattern, code(SHOW, "exercise"), other))
    assert made.cells[0].source == pattern.source
    assert not copies.tags(made.cells[0])


def test_the_trainer_keeps_the_answers_and_sees_which_they_are() -> None:
    made = copies.trainer(GOOD)
    assert made.cells[3].source == "**Answer**\n\nCount visitors, not visits."
    assert made.cells[4].source == "# Answer\nuv = 42\n" + CHECK
    nbformat.validate(made)


@pytest.mark.skipif(os.name != "posix", reason="pipes are files of POSIX systems")
@pytest.mark.parametrize("name", ["a.ipynb", "a.new.ipynb", ".ecokit/laid.json"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_named_and_not_waited_for(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    copies.lay({"a.ipynb": b"one"}, tmp_path)
    (tmp_path / "a.ipynb").write_bytes(b"my work")
    (tmp_path / name).unlink(missing_ok=True)
    make(tmp_path / name)
    with pytest.raises(CourseError, match=rf"{Path(name).name} is no file"):
        copies.lay({"a.ipynb": b"two"}, tmp_path)


LESSONS, SECRETS = (st.text(alphabet=signs, min_size=8) for signs in ("xyz 1\n", "uvw 2\n"))


@given(st.lists(st.tuples(LESSONS, SECRETS), max_size=5))
def test_no_answer_reaches_a_learner(pairs: list[tuple[str, str]]) -> None:
    cells = []
    for number, (lesson, secret) in enumerate(pairs):
        cells += [
            code(f"lesson {lesson}"),
            code(f'exercises.show("{number}", shop)', "exercise"),
            code(f"secret {secret}", "answer"),
        ]
    made = copies.to_bytes(copies.learner(notebook(*cells))).decode()
    assert "secret" not in made
    assert made.count("lesson ") == len(pairs)


def test_copies_are_the_same_bytes_each_time() -> None:
    assert copies.to_bytes(copies.learner(GOOD)) == copies.to_bytes(copies.learner(GOOD))


# --- the update that never overwrites ---


def test_an_untouched_file_is_updated(tmp_path: Path) -> None:
    copies.lay({"architecture/kpi.ipynb": b"one"}, tmp_path)
    done = copies.lay({"architecture/kpi.ipynb": b"two"}, tmp_path)
    assert (tmp_path / "architecture/kpi.ipynb").read_bytes() == b"two"
    assert done == copies.Laid(updated=["architecture/kpi.ipynb"])


def test_a_changed_file_is_kept_and_each_version_is_offered_once(tmp_path: Path) -> None:
    file = tmp_path / "kpi.ipynb"
    copies.lay({"kpi.ipynb": b"one"}, tmp_path)
    file.write_bytes(b"mine")
    assert copies.lay({"kpi.ipynb": b"one"}, tmp_path) == copies.Laid()
    assert copies.lay({"kpi.ipynb": b"two"}, tmp_path).beside == ["kpi.new.ipynb"]
    assert copies.lay({"kpi.ipynb": b"two"}, tmp_path) == copies.Laid()
    (tmp_path / "kpi.new.ipynb").write_bytes(b"my notes in the new one")
    assert copies.lay({"kpi.ipynb": b"three"}, tmp_path).beside == ["kpi.new-2.ipynb"]
    (tmp_path / "kpi.new-2.ipynb").unlink()
    assert copies.lay({"kpi.ipynb": b"three"}, tmp_path) == copies.Laid()
    assert file.read_bytes() == b"mine"
    assert (tmp_path / "kpi.new.ipynb").read_bytes() == b"my notes in the new one"


def test_opening_a_notebook_is_no_change_but_running_it_is(tmp_path: Path) -> None:
    file = tmp_path / "kpi.ipynb"
    first = copies.learner(GOOD)
    second = copies.learner(notebook(text("# KPIs, second edition")))
    copies.lay({"kpi.ipynb": copies.to_bytes(first)}, tmp_path)
    opened = nbformat.read(file, as_version=4)
    opened.metadata.language_info.version = "3.13.0"
    nbformat.write(opened, file)
    assert copies.lay({"kpi.ipynb": copies.to_bytes(second)}, tmp_path).updated == ["kpi.ipynb"]

    run = nbformat.read(file, as_version=4)
    run.cells.append(code("1 + 1"))
    nbformat.write(run, file)
    assert copies.lay({"kpi.ipynb": copies.to_bytes(first)}, tmp_path).beside == ["kpi.new.ipynb"]


def test_a_deleted_file_is_laid_afresh(tmp_path: Path) -> None:
    copies.lay({"kpi.ipynb": b"one"}, tmp_path)
    (tmp_path / "kpi.ipynb").unlink()
    assert copies.lay({"kpi.ipynb": b"one"}, tmp_path).new == ["kpi.ipynb"]


def test_taking_the_new_version_over_ends_the_story(tmp_path: Path) -> None:
    file = tmp_path / "kpi.ipynb"
    copies.lay({"kpi.ipynb": b"one"}, tmp_path)
    file.write_bytes(b"mine")
    copies.lay({"kpi.ipynb": b"two"}, tmp_path)
    (tmp_path / "kpi.new.ipynb").replace(file)
    assert copies.lay({"kpi.ipynb": b"two"}, tmp_path) == copies.Laid()
    assert copies.lay({"kpi.ipynb": b"three"}, tmp_path).updated == ["kpi.ipynb"]


ODD = [
    b"",
    b"{half",
    b"[]",
    b"7",
    b"[" * 100_000,
    b'{"kpi.ipynb": ' * 100_000,
    b'{"kpi.ipynb": ["one"]}',
    b'{"kpi.ipynb": {"laid": 7}}',
    b'{"kpi.ipynb": "one"}',
    None,
]


@pytest.mark.parametrize("record", ODD)
def test_without_a_record_everything_counts_as_the_learners(
    tmp_path: Path, record: bytes | None
) -> None:
    copies.lay({"kpi.ipynb": b"one"}, tmp_path)
    if record is None:
        (tmp_path / copies.RECORD).unlink()
    else:
        (tmp_path / copies.RECORD).write_bytes(record)
    laid = copies.lay({"kpi.ipynb": b"two"}, tmp_path)
    assert laid.beside == ["kpi.new.ipynb"]
    assert laid.record_read == (record is None)
    assert (tmp_path / "kpi.ipynb").read_bytes() == b"one"
    assert copies.lay({"kpi.ipynb": b"two"}, tmp_path) == copies.Laid(), "told once"


def test_a_picture_of_the_learner_is_work_and_stays_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "kpi.ipynb"
    first = copies.learner(GOOD)
    copies.lay({"kpi.ipynb": copies.to_bytes(first)}, tmp_path)
    mine = nbformat.read(file, as_version=4)
    mine.cells[0].attachments = {"shelf.png": {"image/png": "aGVsbG8="}}
    mine.cells[0].metadata.mine = True
    nbformat.write(mine, file)
    kept = file.read_bytes()
    second = copies.learner(notebook(text("# KPIs, second edition")))
    assert copies.lay({"kpi.ipynb": copies.to_bytes(second)}, tmp_path).beside == ["kpi.new.ipynb"]
    assert file.read_bytes() == kept


def test_an_interrupted_call_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.ipynb": b"one", "b.ipynb": b"one"}
    copies.lay(files, tmp_path)
    (tmp_path / "b.ipynb").write_bytes(b"mine")
    real = copies.write

    def stop_before_the_record(path: Path, content: bytes) -> None:
        if path.name == copies.RECORD.name:
            raise KeyboardInterrupt
        real(path, content)

    newer = dict.fromkeys(files, b"two")
    with monkeypatch.context() as patch:
        patch.setattr(copies, "write", stop_before_the_record)
        with pytest.raises(KeyboardInterrupt):
            copies.lay(newer, tmp_path)
    assert copies.lay(newer, tmp_path) == copies.Laid()
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [
        "a.ipynb",
        "b.ipynb",
        "b.new.ipynb",
    ]
    assert (tmp_path / "b.ipynb").read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*.tmp"))


VERSIONS = st.sampled_from([b"one", b"two", b"three"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("course"), VERSIONS),
        st.tuples(st.just("learner"), st.sampled_from([b"mine", b"mine too"])),
        st.tuples(st.just("delete"), st.just(b"")),
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_whatever_happens_no_work_is_lost(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("learner")
    file = folder / "kpi.ipynb"
    for who, content in steps:
        if who == "learner":
            file.write_bytes(content)
        elif who == "delete":
            file.unlink(missing_ok=True)
        else:
            before = {path: path.read_bytes() for path in folder.glob("*.ipynb")}
            copies.lay({"kpi.ipynb": content}, folder)
            for path, old in before.items():
                work = old.startswith(b"mine") or path != file
                assert not work or path.read_bytes() == old
            assert file.exists()


@pytest.mark.parametrize("option", ["--folder", "--out"])
def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path, option: str) -> None:
    (tmp_path / "course").write_text("a file")
    with pytest.raises(CourseError, match=f"cannot be written .* {option}"):
        copies.lay({"kpi.ipynb": b"one"}, tmp_path / "course", option=option)


# --- the end of a notebook says where to go on ---


def ending(topic: Topic) -> str:
    return str(copies.learner(GOOD, topic.notebook).cells[-1].source)


def test_each_notebook_leads_to_the_next_one_and_the_last_says_what_can_be_done() -> None:
    for topic, following in pairwise(topics()):
        place = re.search(rf"\[{following.title}\]\((.*?)\)", ending(topic))
        assert place, topic.name
        linked = os.path.normpath(f"{topic.chapter}/{place[1]}")
        assert linked == os.path.normpath(following.notebook)
        ends = "last notebook of the chapter" in ending(topic)
        assert ends == (topic.chapter != following.chapter)
    last = ending(topics()[-1])
    assert all(f"  - {aim.text}" in last for aim in objectives())


def test_a_notebook_of_no_topic_has_no_next_step() -> None:
    assert "Next step" not in copies.learner(GOOD, "mine.ipynb").cells[-1].source


@pytest.mark.parametrize("torn", [b"", b" \n", b'{"cells": [', b"{}", b"\xff\xfe", b"[]", b"null"])
def test_a_torn_notebook_is_told_kept_and_a_fresh_one_laid_beside(
    tmp_path: Path, torn: bytes
) -> None:
    fresh = copies.to_bytes(copies.learner(GOOD))
    copies.lay({"kpi.ipynb": fresh}, tmp_path)
    (tmp_path / "kpi.ipynb").write_bytes(torn)
    for _start in range(2):
        done = copies.lay({"kpi.ipynb": fresh}, tmp_path)
        assert done == copies.Laid(torn={"kpi.ipynb": "kpi.new.ipynb"})
    assert (tmp_path / "kpi.ipynb").read_bytes() == torn
    assert (tmp_path / "kpi.new.ipynb").read_bytes() == fresh
    (tmp_path / "kpi.new.ipynb").replace(tmp_path / "kpi.ipynb")
    assert copies.lay({"kpi.ipynb": fresh}, tmp_path) == copies.Laid()
