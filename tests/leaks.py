"""Find answers in files that learners are given, however they are written or packed there.

A file is read in all ways that somebody, or a browser, could read it: its bytes and what is packed
in them, its text with and without its markup, and what is encoded in that text.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import html
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

from nbformat import NotebookNode

from ecokit.cli import copies
from ecokit.cli.leaks import (
    Secrets,
    letters,
    plain,
    secrets_of,
    strings,
    together,
    without_comments,
)

DEPTH = 4
"""How often something may be packed in something else."""
LONG = 700_000
"""Signs of a text in which odd encodings are no longer looked for."""
LARGEST = 50_000_000
"""Bytes that one packed part may have."""

ESCAPE = re.compile(
    r"\\+(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8}))"
)
OCTAL = re.compile(r"\\([0-3][0-7]{2})")
CSS_ESCAPE = re.compile(r"\\+([0-9a-fA-F]{1,6})\s?")
BASE64 = re.compile(r"(?:[\w+/-]{16,}(?:\\n|[\"',\s])+)+[\w+/-]{2,}|[\w+/-]{16,}", re.ASCII)
HEX = re.compile(r"(?:(?:0x)?[0-9a-fA-F]{2}[\s:,]*){16,}")
DUMP = re.compile(
    r"^[0-9a-fA-F]{6,8}:? +((?:[0-9a-fA-F]{2}){1,2}(?: +(?:[0-9a-fA-F]{2}){1,2})*).*$", re.M
)
CODES = re.compile(r"(?:\d{2,3}[\s,;]+){15,}\d{2,3}")
BITS = re.compile(r"(?:[01]{8}[\s,]*){16,}")
BASE32 = re.compile(r"[A-Z2-7]{32,}=*")
BASE85 = re.compile(r"[!-~]{25,}")
UUENCODED = re.compile(r"[!-M][ -`]{4,60}")
BLOCK = re.compile(r"</?(?:tr|td|th|li|br)\b[^<>]*>", re.I)
NUMBERED = re.compile(r"^\W*\d+[^\w()\[\]{}]+(.*)$", re.M)
CALLED = re.compile(r"[\"'`]\s*\)?;?\s*(?:\.\s*concat\(|\w+\s*\+=)\s*(?=[\"'`])")
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
    sources = {cell.source for nb in every for cell in shared(nb)}
    allowed = sorted({plain(view) for one in sources for view in spelt(one)}, key=len)[::-1]
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
    plains = {plain(text) for text in texts}
    pieces = secrets.inside(
        "\0".join({letters(one): one for one in lessons(plains, allowed)}.values())
    )
    if any(one in short for short in plains for one in secrets.alone):
        own = (plain(part) for text in texts for part in own_texts(text))
        pieces |= secrets.alone & set(own)
    pieces |= secrets.cells & set(map(plain, cells_of(content)))
    return sorted(pieces)


def lessons(plains: Iterable[str], allowed: Iterable[str]) -> Iterator[str]:
    """Yield plain texts without the cells that may stand in them."""
    for short in plains:
        for cell in allowed:
            short = short.replace(cell, "\0")
        yield short


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
    if CODES.search(text):
        yield text
    for one in (*strings(document), *columns(document)):
        yield from spelt(one)


def columns(node: object) -> Iterator[str]:
    """Yield what stands under one name in the rows of a list, one row below the other."""
    if isinstance(node, list) and len(node) > 1 and all(isinstance(row, dict) for row in node):
        for name in node[0]:
            yield "\n".join(row[name] for row in node if isinstance(row.get(name), str))
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from columns(inner)


def spelt(text: str) -> Iterator[str]:
    """Yield a text as it stands, without markup, and with entities and escapes resolved."""
    resolved = resolve(text)
    yield from {text, resolved}
    if "\\" in text:
        yield CSS_ESCAPE.sub(lambda found: sign(found[1]), html.unescape(text))
        yield OCTAL.sub(lambda found: chr(int(found[1], 8)), text)
    if "=" in text and re.search(r"=(\r?\n|20|3D|22)", text):
        yield DATA.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", text)
    for markup in {text, resolved}:
        if "<" in markup:
            yield resolve(MARKUP.sub("", markup))
        if BLOCK.search(markup):
            yield NUMBERED.sub(r"\1", resolve(MARKUP.sub("", BLOCK.sub("\n", markup))))
    if len(text) < LONG:
        if "+" in text or ".concat" in text:
            yield JOINED.sub("", resolved)
            yield CALLED.sub("", resolved)
        if "#" in text:
            yield without_comments(resolved)
        if re.search(r"^\W*\d", text, re.M):  # lines with numbers
            yield NUMBERED.sub(r"\1", text)


def resolve(text: str) -> str:
    """Return a text with its entities and escapes resolved, as often as they are nested."""
    for _time in range(3):
        before = text
        text = html.unescape(text)
        if "%" in text:
            text = unquote(text, errors="replace")
        if "\\" in text:
            text = ESCAPE.sub(lambda found: sign(next(filter(None, found.groups()))), text)
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
        yield bytes.fromhex(re.sub(r"[\s:,]|0x", "", run))
    if len(text) >= LONG:
        return
    if rows := DUMP.findall(text):
        yield bytes.fromhex("".join(rows))
    for run in CODES.findall(text):
        yield bytes(int(code) & 255 for code in re.findall(r"\d+", run))
    for run in BITS.findall(text):
        yield bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", run))
    for run in BASE32.findall(text):
        with contextlib.suppress(binascii.Error):
            yield base64.b32decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 8))
    for run in BASE85.findall(text):
        yield from in_base85(run)
    if lines := [line for line in text.splitlines() if UUENCODED.fullmatch(line)]:
        with contextlib.suppress(binascii.Error):
            yield b"".join(map(binascii.a2b_uu, lines))


@cache  # the head and the contents of each page hold the same runs
def in_base85(run: str) -> tuple[bytes, ...]:
    """Return the texts that a run of signs holds in base85, as Git and as PDF write it."""
    found = []
    for decode in (base64.b85decode, base64.a85decode):
        with contextlib.suppress(ValueError):
            found.append(decode(run))
    return tuple(one for one in found if not is_binary(one))


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what is compressed in some bytes: archives, pictures, fonts, documents."""
    if b"PK\x05\x06" in content:  # an archive ends so, whatever stands before it
        yield from members(content)
    if not is_binary(content):
        return
    for start, make in ((b"BZh", bz2.BZ2Decompressor), (b"\xfd7zXZ\0", lzma.LZMADecompressor),
                        (b"\x5d\0\0", lzma.LZMADecompressor)):  # fmt: skip
        at = content.find(start)
        if at >= 0:
            with contextlib.suppress(OSError, EOFError, lzma.LZMAError):
                yield make().decompress(content[at:], LARGEST)
    with contextlib.suppress(zlib.error):  # without a head
        part = zlib.decompressobj(-15).decompress(content, LARGEST)
        if len(part) >= 16 and not is_binary(part):
            yield part
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


def members(content: bytes) -> Iterator[bytes]:
    """Yield the files of an archive.

    Raises
    ------
    AssertionError
        One cannot be read: nobody can say that it holds no answer.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                try:
                    yield archive.read(name)
                except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                    raise AssertionError(f"{name}: an archive that hides its files") from error
    except zipfile.BadZipFile:
        return


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
