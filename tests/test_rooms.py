"""Every topic of the list has all its rooms, and a forgotten one is named with its path."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ecokit import topics
from ecokit.cli import rooms
from ecokit.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
TOPICS = topics.topics()
NEW = "astrology"  # a topic that nobody has written


def test_every_topic_has_all_its_rooms() -> None:
    lacking = list(rooms.missing(ROOT))
    assert not lacking, "\n".join(lacking)


def test_what_files_hold_of_the_list_is_up_to_date() -> None:
    stale = rooms.stale(ROOT)
    assert not stale, f"run `ecokit topics`: it writes {', '.join(stale)}"


def test_no_test_has_left_a_file_in_the_root() -> None:
    plain = {path.name for path in ROOT.iterdir() if path.is_file() and "." not in path.name}
    assert plain == {"LICENSE", "LICENSE-content", "Makefile"}


@pytest.mark.parametrize("folder", ["exercises", "explore"])
def test_a_module_in_a_folder_of_topics_serves_a_topic_or_the_others(folder: str) -> None:
    """A topic's module that the list forgot would never be loaded, nor tested."""
    of_a_topic = re.compile(r"^@sheet\.\w+\(|^def (explorer|lab)\(", re.MULTILINE)
    for path in sorted((ROOT / "ecokit" / folder).glob("*.py")):
        if path.stem not in topics.names() and of_a_topic.search(path.read_text("utf-8")):
            pytest.fail(f"{path.relative_to(ROOT)} serves a topic that {rooms.LIST} does not list")


# --- the guards bite: a copy of the rooms, one of them taken away ---------------------------


def every_room() -> list[tuple[rooms.Room, dict[str, str]]]:
    """Return each room of each chapter and topic with the names that fill its path."""
    found: list[tuple[rooms.Room, dict[str, str]]] = []
    for chapter in topics.chapters():
        names = {"chapter": chapter.name, "title": chapter.title}
        found += [(room, names) for room in rooms.CHAPTER_ROOMS]
    for topic in TOPICS:
        names = {"chapter": topic.chapter, "topic": topic.name, "title": topic.title}
        found += [(room, names) for room in rooms.TOPIC_ROOMS]
    return found


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the list, of every room, and of the files that hold parts of the list."""
    root = tmp_path_factory.mktemp("course")
    paths = {room.path.format(**names) for room, names in every_room()}
    for name in {rooms.LIST, *rooms.PARTS, *paths}:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    assert not list(rooms.missing(root))
    return root


@pytest.mark.parametrize(
    "room", [*rooms.CHAPTER_ROOMS, *rooms.TOPIC_ROOMS], ids=lambda one: one.path
)
def test_a_room_that_is_taken_away_is_missed(course: Path, room: rooms.Room) -> None:
    """From all topics or chapters at once: each is told of its own."""
    taken = [(one, names, course / one.path.format(**names)) for one, names in every_room()]
    taken = [part for part in taken if part[0] == room]
    kept = {path: path.read_bytes() for *_, path in taken}
    for path in kept:
        path.unlink()
    missed = "\n".join(rooms.missing(course))
    for path, content in kept.items():
        path.write_bytes(content)
    for _room, names, _path in taken:
        who = f"The {'topic' if 'topic' in names else 'chapter'}"
        name = names.get("topic", names["chapter"])
        sentence = f"{who} {name} has no {room.what}. Write it in {room.path.format(**names)}."
        assert sentence in missed


@pytest.mark.parametrize(("folder", "what"), [("explore", "explorer"), ("plots", "figures")])
def test_a_module_with_nothing_in_it_is_no_room(course: Path, folder: str, what: str) -> None:
    path = course / "ecokit" / folder / f"{TOPICS[0].name}.py"
    kept = path.read_bytes()
    path.write_text('"""Nothing yet."""\n', "utf-8")
    missed = list(rooms.missing(course))
    path.write_bytes(kept)
    assert [f"{TOPICS[0].name} has no {what}." in one for one in missed] == [True]


def test_a_topic_that_only_the_list_knows_misses_every_room(course: Path) -> None:
    listed = (course / rooms.LIST).read_bytes()
    chapter = topics.chapters()[-1].name
    row = f"{chapter},{NEW},Astrology,占星\n"
    (course / rooms.LIST).write_bytes(listed + row.encode())
    missed, stale = list(rooms.missing(course)), rooms.stale(course)
    written = [rooms.written(course, name) for name in rooms.PARTS]
    (course / rooms.LIST).write_bytes(listed)
    assert len(missed) == len(rooms.TOPIC_ROOMS)
    assert all(sentence.startswith(f"The topic {NEW} has no ") for sentence in missed)
    assert stale == list(rooms.PARTS)
    assert all(NEW in text for text in written)


def test_a_file_without_its_comments_is_named(course: Path, tmp_path: Path) -> None:
    (tmp_path / "ecokit").mkdir()
    shutil.copyfile(course / rooms.LIST, tmp_path / rooms.LIST)
    (tmp_path / "_toc.yml").write_text("format: jb-book\n", "utf-8")
    with pytest.raises(CourseError, match=r"_toc\.yml lacks the comments '# ecokit topics: "):
        rooms.written(tmp_path, "_toc.yml")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("it,,IT", "line 2: each line has the cells chapter, topic, title, title_zh"),
        ("it,,IT,", "line 2: a chapter, a title and a Chinese title are needed"),
        ("it,it,IT,信息", "line 2: the chapter 'it' has no row of its own above this one"),
        ("it,,IT,信息\nit,,IT,信息", "line 3: 'it' stands twice"),
        ("it,,IT,信息\nit,a,A,信\nit,a,B,息", "line 4: 'a' stands twice"),
    ],
)
def test_a_faulty_list_is_refused_with_its_line(rows: str, sentence: str) -> None:
    with pytest.raises(CourseError, match=re.escape(sentence)):
        topics.read(f"chapter,topic,title,title_zh\n{rows}\n")
