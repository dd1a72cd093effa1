"""The learner's side of the wire to a board: it speaks to the one key that the join line names.

First the certificate is fetched, and nothing is said but a handshake. Where its mark is the line's,
a connection that trusts this certificate alone carries the rest; where it is not, nothing does, not
even the code. Proxies that the environment names are left aside: the board is in the same room.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecokit.cli import invited
from ecokit.cli.invited import Invitation
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import httpx

CONNECT, ANSWER = 4.0, 15.0  # seconds
MOST = 7_000_000  # bytes of an answer: 5 MB of files in base 64


class AwayError(CourseError):
    """No board answers."""


class FalseBoardError(CourseError):
    """What answers has another certificate: it is not the board of the join line."""


class RefusedError(CourseError):
    """The board takes nothing, for a reason in one word.

    Parameters
    ----------
    why
        Such as ``revoked``; a word that this release does not know is ``content``.
    """

    def __init__(self, why: str) -> None:
        self.why = why if why in REFUSALS else "content"
        super().__init__(REFUSALS[self.why])


REFUSALS = {
    "typed": _("The code has a sign that was mistyped. Type it once more."),
    "unknown": _("The board does not know this code. Compare it with your slip, sign by sign."),
    "revoked": _("This code was replaced. Ask your trainer for the new one."),
    "ended": _("The workshop is over: the board takes no more. Your work stays in your folder."),
    "host": _("The board does not know itself by this address. Ask your trainer for another line."),
    "origin": _("Something between this laptop and the board changes what is sent."),
    "size": _("The board takes no delivery as large as this."),
    "busy": _("The board has too much to do; it is asked again."),
    "ledger": _("The board cannot write: its disk may be full. Tell your trainer."),
    "game": _("No game is played on this board. Ask your trainer."),
    "foreign": _(
        "This code does not file for this team: a code files for the first team that it has sent "
        "for, and a team's files come from one code. Ask your trainer."
    ),
    "closed": _("The board has another round than your files. Bring it: ecokit game fetch"),
    "playing": _("The round is being played just now. Ask again in a minute."),
    "file": _("The board cannot use a file. What is wrong with it says: ecokit game look"),
    "content": _("The board cannot read what this release of the course sends."),
}
"""What the learner is told where a board refuses; the words are never the board's own."""
FOR_GOOD = frozenset({"typed", "unknown", "revoked", "ended"})
"""Refusals that no second try changes."""


@dataclass
class Board:
    """The board of a join line.

    Parameters
    ----------
    invitation
        Where it is, its mark, the learner's code.
    """

    invitation: Invitation
    _client: httpx.Client | None = None

    def hello(self) -> dict[str, Any]:
        """Ask whether it is there, and whether it knows the code."""
        return self._ask("GET", "/hello")

    def deliver(self, delivery: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver events, and return what the board says of them."""
        return self._ask("POST", "/events", delivery)

    def file(self, pages: Mapping[str, Any]) -> None:
        """File what a team has decided for a round of a game."""
        self._ask("POST", "/game/file", pages)

    def fetch(self, team: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a team may have of a game."""
        return self._ask("POST", "/game/fetch", team)

    def leave(self) -> None:
        """Ask it to delete what it has of this learner."""
        self._ask("POST", "/leave", {})

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _ask(
        self, method: str, path: str, content: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Ask once, and return the answer.

        Raises
        ------
        AwayError, FalseBoardError, RefusedError
            It cannot be reached, is another, or takes nothing.
        """
        import httpx

        code = self.invitation.code
        headers = {"Authorization": f"Bearer {code}"} if code else {}
        try:
            client = self._client = self._client or self._reached()
            with client.stream(method, path, json=content, headers=headers) as answer:
                told = json.loads(_limited(answer))
        except (httpx.HTTPError, ValueError) as error:
            self.close()
            if isinstance(error, CourseError):
                raise
            raise AwayError(_("The board does not answer.")) from error
        if not isinstance(told, dict):
            raise RefusedError("content")
        if answer.status_code != httpx.codes.OK:
            raise RefusedError(str(told.get("why")))
        return told

    def _reached(self) -> httpx.Client:
        """Return a connection to the first address where the right certificate is."""
        import httpx

        false = ""
        for address in self.invitation.addresses:
            try:
                pem = fetched(address, self.invitation.port)
            except OSError:
                continue
            if invited.mark_of(ssl.PEM_cert_to_DER_cert(pem)) == self.invitation.mark:
                return httpx.Client(
                    base_url=f"https://{address}:{self.invitation.port}",
                    verify=trusting(pem),
                    trust_env=False,
                    timeout=httpx.Timeout(ANSWER, connect=CONNECT),
                )
            false = address
        if false:
            sentence = _(
                "At {address} another computer answers than your trainer's: its certificate is not "
                "that of the join line. Nothing was sent to it."
            )
            raise FalseBoardError(sentence.format(address=false))
        raise AwayError(_("The board does not answer."))


def _limited(answer: httpx.Response) -> bytes:
    """Return what an answer holds, if it is no longer than a board's can be."""
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST:
            raise RefusedError("size")
    return bytes(found)


def fetched(address: str, port: int) -> str:
    """Return the certificate of whoever listens there, as PEM; nothing is sent but a handshake.

    Raises
    ------
    OSError
        Nobody does, or it is no TLS.
    """
    try:
        return ssl.get_server_certificate((address, port), timeout=CONNECT)
    except ValueError as error:  # a name that no host can have
        raise OSError(str(error)) from error


def trusting(pem: str) -> ssl.SSLContext:
    """Return a context that trusts one certificate; whatever name the host has is no matter."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.load_verify_locations(cadata=pem)
    return context
