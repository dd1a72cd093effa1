"""``ecokit doctor --board LINE``: whether a board can be reached, and if not, what is in the way.

Four things are: the address (the board is elsewhere, or has stopped), the firewall of the trainer's
laptop, a network that keeps its guests apart (client isolation), or a proxy between. Each shows in
another way: who answers, how, or whether the network knows the laptop at all.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ecokit.cli import invited, pinned
from ecokit.errors import CourseError
from ecokit.messages import _

REACHED, ADDRESS, FIREWALL, ISOLATION, PROXY, CODE = (
    "reached",
    "address",
    "firewall",
    "isolation",
    "proxy",
    "code",
)
SENTENCES = {
    REACHED: _("The board is there."),
    ADDRESS: _(
        "Address: {where} is no board now. Compare the line with the trainer's screen: the board "
        "may have stopped, or moved. Both laptops must be in one Wi-Fi; this one is {here}."
    ),
    FIREWALL: _(
        "Firewall: the laptop at {where} is there and lets nothing in. Let the trainer allow "
        "Python for this network (on Windows: Private networks), and try again."
    ),
    ISOLATION: _(
        "Client isolation: this network keeps its laptops apart, or {where} has gone. Use another "
        "one, such as the hot spot of a phone; or hand in files with ecokit collect."
    ),
    PROXY: _(
        "Proxy: what answers at {where} is not the board of this line. Something between does "
        "({proxy}), or the line is an old one. Use a network without a proxy, or hand in files."
    ),
    CODE: _("The board is there. {why}"),
}
FILES = _("Whatever it is: nothing is lost. Work on, and hand in a file with: ecokit collect")
_NO_WAY = ("EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL")


@dataclass(frozen=True)
class Seen:
    """What one address showed.

    Attributes
    ----------
    address
        Which.
    trouble
        "" where a connection came about; "refused", "silent", "no way" or "no name" where none did.
    mark
        Of the certificate that was shown; empty where the answer was no TLS.
    same_network
        Whether this laptop has an address in the same network, as far as one can know.
    neighbour
        Whether the network has told the hardware address of that laptop: then it is there, and not
        kept from this one.
    """

    address: str
    trouble: str = ""
    mark: str = ""
    same_network: bool = True
    neighbour: bool = False


def examine(line: str) -> int:
    """Try to reach a board, print what was found and what helps; return 0 where it is reached.

    Raises
    ------
    CourseError
        The line is none, or a sign of it was mistyped.
    """
    invitation = invited.read(line)
    seen = [look(address, invitation.port) for address in invitation.addresses]
    proxy = proxy_named(os.environ)
    found = [(verdict(one, invitation.mark, proxy), one.address) for one in seen]
    what, where = min(found, key=lambda one: list(SENTENCES).index(one[0]))
    why = ""
    if what == REACHED and invitation.code:
        board = pinned.Board(invitation)
        try:
            board.hello()
        except CourseError as error:
            what, why = CODE, str(error)
        finally:
            board.close()
    told = {"where": f"{where}:{invitation.port}", "why": why, "proxy": proxy or _("no name")}
    print(SENTENCES[what].format(here=" or ".join(own_addresses()) or _("in none"), **told))
    if what not in (REACHED, CODE):
        print(FILES)
    return int(what != REACHED)


def verdict(seen: Seen, mark: str, proxy: str) -> str:
    """Say what is in the way to one address.

    Parameters
    ----------
    seen
        What it showed.
    mark
        Of the board's certificate.
    proxy
        The proxy that the environment names; empty without one.

    Examples
    --------
    >>> verdict(Seen("10.0.0.7", mark="M"), "M", "")
    'reached'
    >>> verdict(Seen("10.0.0.7", "silent", neighbour=True), "M", "")
    'firewall'
    """
    if not seen.trouble:
        return REACHED if seen.mark == mark else PROXY
    if seen.trouble in ("refused", "no name"):
        return ADDRESS
    if not seen.same_network:
        return PROXY if proxy else ADDRESS
    return FIREWALL if seen.neighbour else ISOLATION


def look(address: str, port: int) -> Seen:
    """Knock at one address and return what it showed; nothing is sent but a handshake."""
    here = own_addresses()
    near = same_network(address, here)
    try:
        with socket.create_connection((address, port), timeout=pinned.CONNECT):
            pass
    except (OSError, ValueError) as error:
        return Seen(address, _trouble(error), "", near, is_neighbour(address))
    try:
        pem = pinned.fetched(address, port)
    except OSError:
        return Seen(address, same_network=near)
    return Seen(address, mark=invited.mark_of(ssl.PEM_cert_to_DER_cert(pem)), same_network=near)


def _trouble(error: Exception) -> str:
    if isinstance(error, socket.gaierror | ValueError):
        return "no name"
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")  # Windows puts WSA before it
    if name.endswith("ECONNREFUSED"):
        return "refused"
    return "no way" if name.endswith(_NO_WAY) else "silent"


def proxy_named(environment: Mapping[str, str]) -> str:
    """Return the host of the proxy that the environment names; never what one signs in with.

    Examples
    --------
    >>> proxy_named({"HTTPS_PROXY": "http://me:secret@proxy.corp:3128"})
    'proxy.corp:3128'
    >>> proxy_named({})
    ''
    """
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        if told := environment.get(name):
            return told.rpartition("//")[2].rpartition("@")[2].rstrip("/")
    return ""


def own_addresses() -> list[str]:
    """Return the addresses of this machine on its networks, the likeliest first."""
    found: dict[str, None] = {}
    for towards in ("192.0.2.1", "10.255.255.254", "172.31.255.254", "192.168.255.254"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((towards, 9))  # says which way it would go; sends nothing
                found[probe.getsockname()[0]] = None
            except OSError:
                continue
    try:
        for *_kind, place in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found[str(place[0])] = None
    except OSError:
        pass
    good = [one for one in found if not ipaddress.ip_address(one).is_loopback]
    return sorted(good, key=lambda one: ipaddress.ip_address(one).is_link_local)


def same_network(address: str, here: list[str]) -> bool:
    """Say whether an address lies in a network of this machine, of 256 as most rooms have.

    Examples
    --------
    >>> same_network("192.168.1.20", ["192.168.1.31"]), same_network("10.0.0.7", ["192.168.1.31"])
    (True, False)
    """
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:  # a name may lead anywhere
        return True
    return any(wanted in ipaddress.ip_network(f"{one}/24", strict=False) for one in here)


def is_neighbour(address: str) -> bool:
    """Say whether the network has told this machine the hardware address of another."""
    table = Path("/proc/net/arp")
    if table.is_file():
        text = table.read_text("ascii", errors="replace")
    else:
        try:
            command = ["arp", "-a"] if sys.platform == "win32" else ["arp", "-an"]
            done = subprocess.run(command, capture_output=True, timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            return False
        text = done.stdout.decode(errors="replace")
    return hardware_address(text, address)


def hardware_address(table: str, address: str) -> bool:
    """Say whether a table of neighbours, as each system prints it, knows one by its hardware.

    Examples
    --------
    >>> linux = "10.0.0.7  0x1  0x2  a4:5e:60:00:11:22  *  wlan0"
    >>> mac = "? (10.0.0.7) at (incomplete) on en0 ifscope [ethernet]"
    >>> windows = "  10.0.0.7    a4-5e-60-00-11-22    dynamic"
    >>> [hardware_address(text, "10.0.0.7") for text in (linux, mac, windows)]
    [True, False, True]
    """
    for line in table.splitlines():
        if re.search(rf"(?<![\d.]){re.escape(address)}(?![\d.])", line):
            found = re.search(r"\b([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}\b", line, re.I)
            return bool(found) and not re.fullmatch(r"[0:-]+", found[0] if found else "")
    return False
