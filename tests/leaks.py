"""Find answers in files that learners are given, however they are written or packed there.

A file is read in all ways that somebody, or a browser, could read it: its bytes and what is packed
in them, its text with and without its markup, and what is encoded in that text.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

from nbformat import NotebookNode

from ecokit.cli import copies
from ecokit.cli.leaks import Secrets, plain, secrets_of, strings, together

DEPTH = 4
"""How often something may be packed in something else."""
LARGEST = 50_000_000
"""Bytes that one packed part may have."""

ESCAPE = re.compile(r"\\+(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
CSS_ESCAPE = re.compile(r"\\+([0-9a-fA-F]{1,6})\s?")
BASE64 = re.compile(r"(?:[\w+/-]{16,}(?:\\n|[\"',\s])+)+[\w+/-]{2,}|[\w+/-]{16,}", re.ASCII)
HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){16,}")
NO_BASE64 = re.compile(r"\\n|[^A-Za-z0-9+/]")
DATA = re.compile(r"=\r?\n|=([0-9A-F]{2})")
QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
PACKED = re.compile(rb"\x1f\x8b\x08|[\x08\x18\x28\x38\x48\x58\x68\x78].")
JOINED = re.compile(r"([\"'`])\s*\+\s*\1")
SIGNS = re.compile(rb"[\t\n\r\x20-\x7e]{12,}")
MARKUP = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|</?[A-Za-z][^<>]*>", re.DOTALL)
COMMENT = re.compile(r"<!--((?:(?!-->).)*)|/\*((?:(?!\*/).)*)|(?://|#)([^\n]*)", re.DOTALL)


def leaked(
    masters: NotebookNode | Iterable[NotebookNode], files: Mapping[str, str | bytes]
) -> list[str]:
    """Return ``file: piece`` for each piece of an answer that stands in a file.

    Parameters
    ----------
    masters
        The notebooks with the answers, or one of them. A cell that is tagged ``shared`` may stand
        in the files as a whole, with the lines that an answer has in common with it.
    files
        Content by name: notebooks, pages, search indexes, pictures, archives.
    """
    every = [masters] if isinstance(masters, NotebookNode) else list(masters)
    secrets = together(cell for nb in every for cell in answers(nb))
    allowed = sorted({plain(cell.source) for nb in every for cell in shared(nb)})
    return [f"{name}: {piece}" for name in files for piece in found(secrets, allowed, name, files)]


def answers(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if copies.ANSWER in copies.tags(cell)]


def shared(nb: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells that may share lines with an answer and do not hold a whole one."""
    secrets = [secrets_of(cell) for cell in answers(nb)]
    for cell in nb.cells:
        text = plain(cell.source)
        if copies.SHARED in copies.tags(cell) and not any(one.is_whole_in(text) for one in secrets):
            yield cell


def found(
    secrets: Secrets, allowed: Iterable[str], name: str, files: Mapping[str, str | bytes]
) -> list[str]:
    content = files[name]
    content = content.encode("utf-8", "replace") if isinstance(content, str) else content
    texts = {name, *readings(content)}
    pieces, plains = set[str](), [plain(text) for text in texts]
    for short in plains:
        for cell in allowed:
            short = short.replace(cell, "\0")
        pieces.update(one for one in secrets.anywhere if one in short)
    if any(one in short for short in plains for one in secrets.alone):
        own = (plain(part) for text in texts for part in own_texts(text))
        pieces |= secrets.alone & set(own)
    pieces |= secrets.cells & set(map(plain, cells_of(content)))
    return sorted(pieces)


# --- all ways to read a file --------------------------------------------------------------------


@cache
def readings(content: bytes, depth: int = DEPTH) -> frozenset[str]:
    """Return the texts of a file: as it is, without markup, and what is packed or encoded in it."""
    told = set[str]()
    for text in as_text(content):
        told |= set(views(text))
    if depth:
        inner = {part for part in unpacked(content) if part}
        inner.update(part for text in list(told) for part in decoded(text))
        for part in inner:
            told |= readings(part, depth - 1)
    return frozenset(told)


def as_text(content: bytes) -> Iterator[str]:
    """Yield bytes as text; of a picture or a font the runs of signs, through any zeros."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield content.decode("utf-16", "replace")
    if is_binary(content):
        yield "\n".join(run.decode() for run in SIGNS.findall(content.replace(b"\0", b"")))
        return
    yield content.decode("utf-8")


def views(text: str) -> Iterator[str]:
    """Yield a text as it stands, as a document, without markup, and with escapes resolved."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield from spelt(text)
        return
    for one in strings(document):
        yield from spelt(one)


def spelt(text: str) -> Iterator[str]:
    """Yield a text as it stands, without markup, and with entities and escapes resolved."""
    resolved = resolve(text)
    yield from {text, resolved}
    if "+" in text:
        yield JOINED.sub("", resolved)
    if "\\" in text:
        yield CSS_ESCAPE.sub(lambda found: sign(found[1]), html.unescape(text))
    if "=" in text and re.search(r"=(\r?\n|20|3D|22)", text):
        yield DATA.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", text)
    for markup in {text, resolved}:
        if "<" in markup:
            yield resolve(MARKUP.sub("", markup))


def resolve(text: str) -> str:
    """Return a text with its entities and escapes resolved, as often as they are nested."""
    for _time in range(3):
        before = text
        text = html.unescape(text)
        if "%" in text:
            text = unquote(text, errors="replace")
        if "\\" in text:
            text = ESCAPE.sub(lambda found: sign(found[1] or found[2] or found[3]), text)
        if text == before:
            break
    return text


def sign(code: str) -> str:
    return chr(min(int(code, 16), 0x10FFFF))


def decoded(text: str) -> Iterator[bytes]:
    """Yield what a text holds in base64 or in hexadecimal digits."""
    for run in BASE64.findall(text):
        letters = NO_BASE64.sub("", run.replace("-", "+").replace("_", "/"))
        if not re.search(r"[A-Z]", letters) or not re.search(r"[a-z]", letters):
            continue  # a word or a number
        for start in range(4 if len(run) < 4000 else 1):
            part = letters[start:]
            if len(part) % 4 == 1:
                part = part[:-1]
            try:
                yield base64.b64decode(part + "=" * (-len(part) % 4))
            except binascii.Error:
                continue
    for run in HEX.findall(text):
        digits = re.sub(r"[\s:]", "", run)
        yield bytes.fromhex(digits)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what is compressed in some bytes: archives, pictures, fonts, documents."""
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        except zipfile.BadZipFile:
            pass
    if not is_binary(content):
        return
    for place in PACKED.finditer(content):
        head = content[place.start() : place.start() + 2]
        if head != b"\x1f\x8b" and int.from_bytes(head, "big") % 31:
            continue
        try:
            part = zlib.decompressobj(47).decompress(content[place.start() :], LARGEST)
        except zlib.error:
            continue
        if len(part) >= 16 and not is_binary(part):
            yield part


def is_binary(content: bytes) -> bool:
    try:
        return "\0" in content.decode("utf-8")
    except UnicodeDecodeError:
        return True


# --- texts of their own, for answers so short that they count only alone ------------------------


def own_texts(text: str) -> Iterator[str]:
    """Yield a reading, and each text of its own in it: lines, elements, attributes, comments."""
    yield text
    yield from text.splitlines()
    yield from (found[1:-1] for found in QUOTED.findall(text))
    yield from ("".join(parts) for parts in COMMENT.findall(text))
    if "<" in text:
        parser = Elements()
        parser.feed(text)
        parser.close()
        yield from parser.texts


class Elements(HTMLParser):
    """Collects attributes, each text between two tags, and the text of each block of code."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for _name, value in attrs if value]
        if tag in {"pre", "text", "title", "desc", "template", "textarea"}:
            self.open += 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"pre", "text", "title", "desc", "template", "textarea"} and self.open:
            self.open -= 1

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[-1] += data
        else:
            self.texts.append(data)


def cells_of(content: bytes) -> list[str]:
    """Return the sources of a notebook's cells; nothing for another file."""
    try:
        return ["".join(cell["source"]) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
