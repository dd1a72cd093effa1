"""Pages that a collector holds, in memory or in a folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

LARGEST = 200_000_000  # bytes of a file; no page is as large
WEEK = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Held:
    """A page as it came."""

    url: str
    week: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


class Store:
    """Pages by address and week; with a folder they outlive the program.

    >>> store = Store()
    >>> store.put(Held("http://shop.example/", "2025-03-03", b"hello"))
    >>> store.get("http://shop.example/", "2025-03-03").body
    b'hello'
    >>> store.latest("http://shop.example/").week
    '2025-03-03'
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._folder = Path(folder) if folder is not None else None
        self._held: dict[str, dict[str, Held]] = {}

    def put(self, held: Held) -> None:
        """Keep a page in memory, and in the folder; a file is written whole or not at all.

        Raises
        ------
        OSError or ValueError
            When the folder cannot be written. The page is kept in memory then.
        """
        self._held.setdefault(held.url, {})[held.week] = held
        if self._folder is None:
            return
        path = self._path(held.url, held.week)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            unfinished = Path(file.name)
            try:
                file.write(_packed(held))
                file.close()
                unfinished.replace(path)
            finally:
                with contextlib.suppress(OSError):
                    file.close()
                with contextlib.suppress(OSError):
                    unfinished.unlink(missing_ok=True)

    def get(self, url: str, week: str) -> Held | None:
        """Return the page as it was that week, or nothing."""
        held = self._held.get(url, {}).get(week)
        return held or self._read(url, week)

    def latest(self, url: str) -> Held | None:
        """Return the last page held under an address, or nothing."""
        weeks = set(self._held.get(url, {}))
        if self._folder is not None:
            with contextlib.suppress(OSError, ValueError):
                names = (path.name for path in self._folder.iterdir())
                weeks |= {name for name in names if WEEK.fullmatch(name)}
        found = (self.get(url, week) for week in sorted(weeks, reverse=True))
        return next((held for held in found if held is not None), None)

    def _path(self, url: str, week: str) -> Path:
        assert self._folder is not None
        return self._folder / week / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.page"

    def _read(self, url: str, week: str) -> Held | None:
        """Read a file; one that is damaged, or holds another page, counts as none."""
        if self._folder is None:
            return None
        held = None
        with contextlib.suppress(OSError, ValueError):
            path = self._path(url, week)
            if path.is_file() and path.stat().st_size <= LARGEST:  # no pipe, no device
                held = _unpacked(path.read_bytes())
        if held is None or (held.url, held.week) != (url, week):
            return None
        self._held.setdefault(url, {})[week] = held
        return held


def _packed(held: Held) -> bytes:
    """Return a page as a file holds it: a line of JSON, and the body.

    >>> _unpacked(_packed(Held("http://shop.example/", "2025-03-03", b"hello"))).body
    b'hello'
    >>> _unpacked(_packed(Held("http://shop.example/", "2025-03-03", b"hello")) + b"!")
    """
    head: dict[str, Any] = asdict(held)
    body = head.pop("body")
    return json.dumps(head | {"sum": _sum(head, body)}).encode() + b"\n" + body


def _unpacked(content: bytes) -> Held | None:
    """Return the page that a file holds; nothing when it is not as it was written."""
    head, _newline, body = content.partition(b"\n")
    try:
        said = json.loads(head)
    except (ValueError, RecursionError):
        return None
    names = {one.name for one in fields(Held)} - {"body"}
    if not (isinstance(said, dict) and set(said) == names | {"sum"}):
        return None
    whole = said.pop("sum") == _sum(said, body)
    return Held(body=body, **said) if whole and _are_texts(said) else None


def _are_texts(said: dict[str, Any]) -> bool:
    return all(isinstance(value, str) for value in said.values())


def _sum(head: dict[str, Any], body: bytes) -> str:
    """Return a check sum of a page."""
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode() + body).hexdigest()
