"""Plant answers into copies of files that learners are given, one way of hiding at a time.

`plants(seed)` draws answers of the real masters and hides each in memory: in a learner's notebook,
a page, a script, a picture, the wheel's course, or in the lesson of a master itself.
"""

from __future__ import annotations

import base64
import bz2
import copy
import gzip
import html
import io
import json
import lzma
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ecokit.cli import copies
from ecokit.errors import CourseError
from tests.leaks import answers, leaked

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Plant:
    """One hidden answer.

    Attributes
    ----------
    kind
        How it is hidden.
    name
        The file that holds it, as it is called below the learner's folder, book or wheel.
    content
        The whole file.
    master
        The master that the answer belongs to; with the copy in its lesson where that is the plant.
    """

    kind: str
    name: str
    content: bytes
    master: NotebookNode


def plants(seed: int) -> Iterator[Plant]:
    """Yield a plant of each kind, by a seed."""
    rng = random.Random(seed)
    every = copies.masters(ROOT / "notebooks")  # those for practising have no answers
    masters = {path: master for path, master in every.items() if any(_long(master))}
    for kind, (name, hide) in FILES.items():
        path, master = rng.choice(sorted(masters.items()))
        text = hide(chosen(rng, master))
        yield Plant(kind, name, text if isinstance(text, bytes) else text.encode(), master)
    for kind, change in NOTEBOOKS.items():
        path, master = rng.choice(sorted(masters.items()))
        made = copies.learner(master, path)
        change(made, chosen(rng, master), rng)
        yield Plant(kind, path, copies.to_bytes(made), master)
    for kind, repeat in LESSONS.items():
        path, master = rng.choice(sorted(masters.items()))
        untagged = copy.deepcopy(master)
        untagged.cells.insert(1, repeat(rng.choice(answers(master)).source))
        untagged.cells[1].id = "planted"
        page = [cell for cell in untagged.cells if copies.ANSWER not in copies.tags(cell)]
        made = nbformat.v4.new_notebook(cells=page)
        yield Plant(kind, path, copies.to_bytes(made), untagged)
    yield short_answer(masters)


def found(plant: Plant) -> bool:
    """Return whether the tests that look for answers, or the making of the copies, find it."""
    try:
        copies.check(plant.master, plant.name)
    except CourseError:
        return True
    return bool(leaked(plant.master, {plant.name: plant.content}))


def _long(master: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the answers of more than one line."""
    return (cell for cell in answers(master) if len(cell.source.splitlines()) > 1)


def chosen(rng: random.Random, master: NotebookNode) -> str:
    """Return an answer, or a line of one, that is no short line alone."""
    cell = rng.choice(list(_long(master)))
    lines = [line.strip() for line in cell.source.splitlines()[:-1]]
    said = [line for line in lines if len(squeeze(line)) >= 20 and line[-1] not in "([{,#"]
    return rng.choice([*said, cell.source]) if said else cell.source


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>KPIs</title></head><body>{body}</body></html>"


def picture(text: str, *, packed: bool) -> bytes:
    told, file = PngInfo(), io.BytesIO()
    told.add_text("Comment", text, zip=packed)
    Image.new("RGB", (40, 20), "white").save(file, "PNG", pnginfo=told)
    return file.getvalue()


def packed(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes/a.txt", "Notes\n" * 20 + text)
    return file.getvalue()


def coloured(text: str) -> str:
    parts = re.split(r"(\W)", text)
    return "".join(f'<span class="n">{html.escape(part)}</span>' for part in parts if part)


def based(content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return base64.b64encode(content).decode()


def pieces(text: str) -> list[str]:
    return re.findall(r"[^\n]{1,9}", text)


def lines(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(re.sub(r"([(,\[])", r"\1\n", text).splitlines())


QUOTES = str.maketrans({'"': "\u201d", "'": "\u2019"})
FILES: dict[str, tuple[str, Callable[[str], str | bytes]]] = {
    "page, plain": ("kpi.html", lambda t: page(f"<p>{html.escape(t)}</p>")),
    "page, coloured code": ("kpi.html", lambda t: page(f"<pre>{coloured(t)}</pre>")),
    "attribute": ("kpi.html", lambda t: page(f'<img src="a.png" alt="{html.escape(t)}">')),
    "attribute of data": ("kpi.html", lambda t: page(f"<i data-x='{html.escape(t)}'></i>")),
    "attribute with a sign >": ("kpi.html", lambda t: page(f'<i title="a > b {quote(t)}"></i>')),
    "comment": ("kpi.html", lambda t: page(f"<!-- to do: {t} -->")),
    "script": ("kpi.html", lambda t: page(f"<script>var a = {json.dumps(t)};</script>")),
    "JSON in a script": (
        "kpi.html",
        lambda t: page(f'<script type="application/json">{json.dumps({"a": [t]})}</script>'),
    ),
    "JSON in JSON in a script": (
        "kpi.html",
        lambda t: page(f"<script>load({json.dumps(json.dumps({'a': t}))})</script>"),
    ),
    "joined in a script": ("a.js", lambda t: "a = " + " + ".join(map(json.dumps, t)) + ";"),
    "lines of base64": (
        "a.txt",
        lambda t: "\n".join(re.findall(".{1,24}", based("Notes and more\n" * 3 + t))),
    ),
    "escapes of a script": (
        "search.js",
        lambda t: 'a="' + "".join(f"\\u{ord(sign):04x}" for sign in t) + '"',
    ),
    "numbered entities": ("kpi.html", lambda t: page("".join(f"&#x{ord(s):x};" for s in t))),
    "address": ("kpi.html", lambda t: page(f'<a href="search.html?q={quote(t)}">more</a>')),
    "SVG": (
        "logo.svg",
        lambda t: "<svg><text><tspan>" + "</tspan><tspan>".join(map(html.escape, t)) + "</tspan>",
    ),
    "SVG, description": ("logo.svg", lambda t: f"<svg><desc>{html.escape(t)}</desc></svg>"),
    "CSS, content": ("a.css", lambda t: f".a:after {{content: {json.dumps(t)}}}"),
    "CSS, escapes": (
        "a.css",
        lambda t: f'.a:after {{content: "{"".join(f"{chr(92)}{ord(s):x} " for s in t)}"}}',
    ),
    "CSS, comment": ("a.css", lambda t: f"/* {t} */\n.a {{color: red}}"),
    "other suffix, map": ("a.js.map", lambda t: json.dumps({"sourcesContent": [t]})),
    "other suffix, csv": ("datasets/a.csv", lambda t: f"a,b\n1,{json.dumps(t)}\n"),
    "other suffix, none": ("LICENSE", lambda t: f"Free for all.\n\n    {t}\n"),
    "compressed table": ("datasets/a.csv.gz", lambda t: gzip.compress(f"a\n{t}\n".encode())),
    "archive": ("notes.zip", packed),
    "inventory": ("objects.inv", lambda t: b"# Sphinx\n\0" + zlib.compress(t.encode())),
    "two bytes a sign": ("notes.txt", lambda t: t.encode("utf-16")),
    "text of a picture": ("_images/a.png", lambda t: picture(t, packed=False)),
    "packed text of a picture": ("_images/a.png", lambda t: picture(t, packed=True)),
    "base64": ("kpi.html", lambda t: page(f"<i data-a='{based(t)}'></i>")),
    "base64 of base64": ("a.js", lambda t: f'atob(atob("{based(based(t))}"))'),
    "base64 of compressed": (
        "a.css",
        lambda t: f"url(data:font/woff;base64,{based(gzip.compress(t.encode()))})",
    ),
    "hexadecimal": ("a.txt", lambda t: t.encode().hex()),
    "coloured for a terminal": (
        "a.txt",
        lambda t: "".join(f"\x1b[38;5;28m{w}\x1b[39m" for w in re.split(r"(\W)", t) if w),
    ),
    "quoted in a mail": ("a.txt", lambda t: "\n".join("> " + w for w in pieces(t))),
    "lines of comments": ("a.js", lambda t: "\n".join("// " + w for w in pieces(t))),
    "a table of numbered lines": (
        "kpi.html",
        lambda t: page("".join(f"<tr><td>{n}<td>{html.escape(w)}</tr>" for n, w in lines(t))),
    ),
    "comments inside": ("a.py", lambda t: re.sub(r"([(,\[])", r"\1  # a note\n", t)),
    "words joined in a script": ("a.js", lambda t: f'{json.dumps(pieces(t))}.join("")'),
    "added in a script": ("a.js", lambda t: "".join(f"a += {json.dumps(w)};" for w in pieces(t))),
    "rows of JSON": ("a.json", lambda t: json.dumps([{"n": n, "t": w} for n, w in lines(t)])),
    "numbers of signs": ("a.js", lambda t: f"String.fromCharCode({list(map(ord, t))})"),
    "octal escapes": ("a.py", lambda t: "".join(f"\\{byte:03o}" for byte in t.encode())),
    "base32": ("a.txt", lambda t: base64.b32encode(t.encode())),
    "base85": ("a.txt", lambda t: base64.b85encode(t.encode())),
    "bzip2": ("a.bz2", lambda t: bz2.compress(t.encode())),
    "xz": ("a.xz", lambda t: lzma.compress(t.encode())),
    "archive behind a script": ("a.sh", lambda t: b"#!/bin/sh\n" + packed(t)),
    "letters of another alphabet": (
        "a.md", lambda t: t.translate(str.maketrans("aeo", "\u0430\u0435\u043e"))),
    "other quotes": ("kpi.html", lambda t: page(f"<p>{t.translate(QUOTES)}</p>")),
    "single quotes": ("a.md", lambda t: t.replace('"', "'")),
    "blanks that nobody sees": ("kpi.html", lambda t: page("<p>" + "\u200b".join(t) + "</p>")),
    "soft hyphens": ("kpi.html", lambda t: page("<p>" + "&shy;".join(t) + "</p>")),
    "wide letters": (
        "a.md",
        lambda t: "".join(chr(ord(s) + 0xFEE0) if "!" <= s <= "~" else s for s in t),
    ),
}  # fmt: skip


def output(nb: NotebookNode, text: str, rng: random.Random) -> None:
    cell = rng.choice([cell for cell in nb.cells if cell.cell_type == "code"])
    cell.outputs = [nbformat.v4.new_output("stream", text=text)]


def rich_output(nb: NotebookNode, text: str, rng: random.Random) -> None:
    cell = rng.choice([cell for cell in nb.cells if cell.cell_type == "code"])
    shown = {"text/html": f"<b>{html.escape(text)}</b>"}
    cell.outputs = [nbformat.v4.new_output("display_data", data=shown)]


def cell_metadata(nb: NotebookNode, text: str, rng: random.Random) -> None:
    rng.choice(nb.cells).metadata["hint"] = {"of": [text]}


def metadata_name(nb: NotebookNode, text: str, rng: random.Random) -> None:
    nb.metadata[text] = True


def attachment(nb: NotebookNode, text: str, rng: random.Random) -> None:
    cell = rng.choice([cell for cell in nb.cells if cell.cell_type == "markdown"])
    cell.attachments = {"a.txt": {"text/plain": based(text)}}


def another_cell(nb: NotebookNode, text: str, rng: random.Random) -> None:
    nb.cells.append(nbformat.v4.new_raw_cell(text))


def other_lines(nb: NotebookNode, text: str, rng: random.Random) -> None:
    cell = rng.choice([cell for cell in nb.cells if "# Your turn" in cell.source])
    cell.source += "\n" + re.sub(r"([(,\[])", r"\1\n    ", text)


NOTEBOOKS: dict[str, Callable[[NotebookNode, str, random.Random], None]] = {
    "output of a notebook": output,
    "output with markup": rich_output,
    "metadata of a cell": cell_metadata,
    "metadata of a notebook": metadata_name,
    "attachment": attachment,
    "raw cell": another_cell,
    "broken into other lines": other_lines,
}


def unchecked(source: str) -> str:
    """Return an answer as its author would have copied it: without the line that checks it."""
    body = source.partition("exercises.check(")
    handed = re.match(r"\s*\"[^\"]+\",\s*(.*?),?\s*shop,?\s*\)", body[2], re.DOTALL)
    return f"{body[0]}{handed[1] if handed else ''}".strip()


LESSONS: dict[str, Callable[[str], NotebookNode]] = {
    "untagged copy of an answer": lambda t: nbformat.v4.new_code_cell(t),
    "untagged copy without its check": lambda t: nbformat.v4.new_code_cell(unchecked(t)),
    "untagged copy as text": lambda t: nbformat.v4.new_markdown_cell(
        f"So it works:\n\n```python\n{unchecked(t)}\n```" if len(squeeze(t)) > 80 else unchecked(t)
    ),
    "untagged copy, tagged shared": lambda t: nbformat.v4.new_code_cell(
        unchecked(t), metadata={"tags": ["shared"]}
    ),
}


def short_answer(masters: dict[str, NotebookNode]) -> Plant:
    """Plant an answer of less than 20 signs as a cell of its own."""
    path = "architecture/kpi.ipynb"
    made = copies.learner(masters[path], path)
    made.cells.append(nbformat.v4.new_code_cell('answer = "index"'))
    return Plant("short answer in a cell", path, copies.to_bytes(made), masters[path])
