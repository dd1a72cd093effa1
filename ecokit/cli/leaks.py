"""What of a worked answer may stand nowhere else, and whether a text holds it.

Texts are compared in their `plain` form: without blanks, quotes, marks of emphasis and signs that
nobody sees. A piece of an answer with `SHORT` signs or more is found wherever it stands; a shorter
one only where it is all that a cell holds, because ``found.demand`` alone tells nothing.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from nbformat import NotebookNode

SHORT = 20
"""Signs, blanks not counted, from which on a piece of an answer is found anywhere."""

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")  # how a terminal is told to colour a text
_COMMENT = re.compile(r"#[^\n]*")
_SETS_APART = re.compile(r"[^\w()\[\]{}=\0]+|_+")  # marks of quotations, comments, tables, sums
_DROPPED = re.compile(r"[\x00-\x20\x7f'\"`\\*_#]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_UNSEEN = "´′″‵‶\u2800\u3164\uffa0\u115f\u1160"  # quotes and blanks that are called otherwise
_ESCAPED_BLANK = re.compile(r"\\+[nrt]")
_LAST_COMMA = re.compile(r",(?=[)\]}])")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TELLS = re.compile(r"\w.*[=(\[].*\w|^right\.")
"""Short texts that can be an answer; ``{}`` or ``0.5`` stand in many files."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")
_WORD = re.compile(r"\w+")
_WHOLE_WORD = re.compile(r"(?<=\W)\w+(?=\W)")
_CHECK = "exercises.check"
_TRIVIAL = ast.Import | ast.ImportFrom | ast.Pass | ast.Break | ast.Continue


_ALIKE = str.maketrans("аеорсухіјѕԁһӏοινı", "aeopcyxijsdhloivi")  # letters of other alphabets


class _Signs(dict[int, str]):
    """What each character becomes in a plain text; looked up once each."""

    def __missing__(self, code: int) -> str:
        sign = chr(code).translate(_ALIKE)
        kind = unicodedata.category(sign)
        if kind[0] in "CMZ" or kind in {"Pi", "Pf"} or sign in _UNSEEN:
            plain = ""
        else:
            plain = "-" if kind == "Pd" or sign == "\u2212" else sign
        self[code] = plain
        return plain


_SIGNS = _Signs()


def plain(text: str) -> str:
    r"""Return a text as it is compared: how it is set, quoted and broken into lines is gone.

    Examples
    --------
    >>> plain('uv = visits["visitor_id"]\n    .nunique(\n)')
    'uv=visits[visitorid].nunique()'
    >>> plain("u\u200bv = visits[\u2018visitor_id\u2019].nunique()")
    'uv=visits[visitorid].nunique()'
    """
    text = _COLOURS.sub("", text) if "\x1b" in text else text
    text = _DROPPED.sub("", _ESCAPED_BLANK.sub("", text))
    if not text.isascii():
        text = _BEYOND_ASCII.sub(_plain_signs, text)
    return _LAST_COMMA.sub("", text).casefold()


def letters(plain_text: str) -> str:
    r"""Return the letters, digits and brackets of a plain text: what sets lines apart is gone, too.

    Examples
    --------
    >>> letters(plain('> uv = visits[\n> "visitor_id"\n> ]'))
    'uv=visits[visitorid]'
    """
    return _SETS_APART.sub("", plain_text)


def without_comments(text: str) -> str:
    """Return code without what its author says about it."""
    return _COMMENT.sub("", text)


def _plain_signs(found: re.Match[str]) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKD", found[0]).translate(_SIGNS))


@dataclass(frozen=True)
class Secrets:
    """What of one answer cell, or of several, is found where.

    Attributes
    ----------
    anywhere
        Plain texts that are found wherever they stand.
    alone
        Plain texts that are found where a cell, or another text of its own, holds nothing else.
    cells
        Bare words, which are found only where a notebook's cell holds nothing else.
    whole
        What a cell must hold to be the whole answer.
    """

    anywhere: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    def __or__(self, other: Secrets) -> Secrets:
        """Return the secrets of both."""
        return Secrets(
            self.anywhere | other.anywhere,
            self.alone | other.alone,
            self.cells | other.cells,
            self.whole | other.whole,
        )

    def held(self, text: str) -> list[str]:
        """Return what of it stands in a cell's plain text.

        Examples
        --------
        >>> import nbformat
        >>> secrets = secrets_of(nbformat.v4.new_code_cell("spans = shop.staff.groupby('lead')"))
        >>> secrets.held(plain('Then: **spans** = shop.staff.groupby("lead")'))
        ['shop.staff.groupby(lead)', 'spans=shop.staff.groupby(lead)']
        """
        return sorted(self.inside(text) | {text} & (self.alone | self.cells))

    def inside(self, text: str) -> set[str]:
        """Return what stands anywhere in a plain text, however its lines are set apart."""
        bare, known = letters(text), self._letters
        words = set(_WORD.findall(bare))
        can_be = {one for one in known if self._words[one] <= words}  # to search takes longer
        return {one for one in can_be if known[one] in bare} | {
            one for one in self.anywhere if one not in known and one in text
        }

    @cached_property
    def _letters(self) -> dict[str, str]:
        """The letters of each piece that has enough of them to be known by."""
        every = {one: letters(one) for one in self.anywhere}
        return {one: short for one, short in every.items() if len(short) >= SHORT * 3 // 4}

    @cached_property
    def _words(self) -> dict[str, frozenset[str]]:
        """The words that begin and end within such a piece."""
        return {one: frozenset(_WHOLE_WORD.findall(short)) for one, short in self._letters.items()}

    def is_whole_in(self, text: str) -> bool:
        """Return whether a cell's plain text holds all of one answer."""
        return bool(self.held(text)) and all(piece in text for piece in self.whole)


def secrets_of(cell: NotebookNode) -> Secrets:
    """Return what of an answer cell may stand nowhere else: of its source and of its outputs.

    Parameters
    ----------
    cell
        The answer, code or text.
    """
    code = cell.cell_type == "code"
    pieces = set(_windows(cell.source)) if code else set(_sentences(cell.source))
    if code:
        pieces |= set(_windows(without_comments(cell.source)))
    whole, words = {cell.source}, set[str]()
    if code:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # no Python alone: its lines count
            tree = ast.Module([], [])
        nodes = list(_own(tree))
        pieces |= {_segment(cell.source, node) for node in nodes}
        words = {str(node.value) for node in _handed(tree) if isinstance(node, ast.Constant)}
        steps = [node for node in tree.body if not isinstance(node, _TRIVIAL)]
        handed = [node for node in _handed(tree) if not isinstance(node, ast.Name)]
        parts = [node for node in steps if not list(_handed(node))]
        whole = {_segment(cell.source, node) for node in [*parts, *handed]} or whole
        if len(parts) > 1:  # the answer without the line that checks it
            start = ast.get_source_segment(cell.source, parts[0]) or ""
            pieces.add(cell.source[cell.source.index(start) :].partition(_CHECK)[0])
    pieces |= set(_printed(cell))
    if code:
        pieces |= {without_comments(piece) for piece in pieces}
    found = {plain(piece): _length(piece) >= SHORT for piece in sorted(pieces)}
    ids = {plain(name) for name in _ids(cell.source)}
    found = {one: long for one, long in found.items() if one.strip(",") not in {"", *ids}}
    return Secrets(
        frozenset(one for one, long in found.items() if long),
        frozenset(one for one, long in found.items() if not long and _TELLS.search(one)),
        frozenset(filter(None, map(plain, words))),
        frozenset(filter(None, map(plain, whole))),
    )


def _length(text: str) -> int:
    return len("".join(text.split()))


def _windows(source: str) -> Iterator[str]:
    """Yield each line of code with so many of the next that together they say something."""
    lines = [line for line in source.splitlines() if line.strip()]
    for first in range(len(lines)):
        for end in range(first + 1, len(lines) + 1):
            window = "\n".join(lines[first:end])
            open_ended = lines[end - 1].rstrip().endswith(("(", "[", "{"))
            if _length(window) >= SHORT and not open_ended:
                if not re.match(r"\s*(import|from)\b", lines[first]):
                    yield window
                break


def _sentences(text: str) -> Iterator[str]:
    """Yield a text, its lines and its sentences, with and without the addresses of its links."""
    for shown in (text, _LINK.sub(r"\1", text)):
        yield shown
        for paragraph in re.split(r"\n\s*\n", shown):
            yield paragraph
            yield from paragraph.splitlines()
            yield from _SENTENCE.split(paragraph)


def _own(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of an answer, what they assign, and what is handed to the check."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, _TRIVIAL):
            yield node
        if isinstance(node, ast.Assign | ast.AugAssign) and _calls(node.value):
            yield node.value
    yield from (node for node in _handed(tree) if not isinstance(node, ast.Name | ast.Constant))


def _calls(value: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(value))


def _handed(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == _CHECK:
            yield from node.args[1:2]


def _segment(source: str, node: ast.AST) -> str:
    return ast.get_source_segment(source, node) or ""


def _ids(source: str) -> list[str]:
    return re.findall(r"exercises\.\w+\(\s*[\"']([^\"']+)", source)


def _printed(cell: NotebookNode) -> Iterator[str]:
    """Yield what an answer prints, where it tells more than that it is right."""
    for output in cell.get("outputs", ()):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if "rows are right" not in text:
            yield text
            yield from (line for line in text.splitlines() if _length(line) >= SHORT)


def strings(node: object) -> Iterator[str]:
    """Yield each text of a JSON document, names too; lists of lines are joined."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from chain.from_iterable(map(strings, chain(node, node.values())))
    elif isinstance(node, list) and node and all(isinstance(item, str) for item in node):
        yield "".join(node)
    elif isinstance(node, list):
        yield from chain.from_iterable(map(strings, node))


def together(cells: Iterable[NotebookNode]) -> Secrets:
    """Return the secrets of several answer cells."""
    found = Secrets()
    for cell in cells:
        found |= secrets_of(cell)
    return found
