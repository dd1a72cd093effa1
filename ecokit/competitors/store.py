"""Pages that a collector holds, in memory or in a folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path


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
        """Keep a page; a file is written whole or not at all."""
        self._held.setdefault(held.url, {})[held.week] = held
        if self._folder is None:
            return
        path = self._path(held.url, held.week)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = asdict(held)
        body = head.pop("body")
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(json.dumps(head).encode() + b"\n" + body)
        unfinished.replace(path)

    def get(self, url: str, week: str) -> Held | None:
        """Return the page as it was that week, or nothing."""
        held = self._held.get(url, {}).get(week)
        return held or self._read(url, week)

    def latest(self, url: str) -> Held | None:
        """Return the last page held under an address, or nothing."""
        weeks = set(self._held.get(url, {}))
        if self._folder is not None and self._folder.is_dir():
            weeks |= {path.name for path in self._folder.iterdir() if path.is_dir()}
        found = (self.get(url, week) for week in sorted(weeks, reverse=True))
        return next((held for held in found if held is not None), None)

    def _path(self, url: str, week: str) -> Path:
        assert self._folder is not None
        return self._folder / week / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.page"

    def _read(self, url: str, week: str) -> Held | None:
        """Read a file; one that is damaged counts as none."""
        if self._folder is None:
            return None
        try:
            head, _newline, body = self._path(url, week).read_bytes().partition(b"\n")
            said = json.loads(head)
        except (OSError, ValueError):
            return None
        if not (
            isinstance(said, dict) and set(said) == {one.name for one in fields(Held)} - {"body"}
        ):
            return None
        held = Held(body=body, **said)
        self._held.setdefault(url, {})[week] = held
        return held
