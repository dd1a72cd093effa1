"""Kernels that need not import anew what every lesson imports: copies of a process that has it.

``tests/run.py`` starts ``python -m kernels PLACE`` where the system can copy a process. The kernels
of the book and of the notebooks then ask at that place, a socket, for a copy (`sitecustomize`). The
process that was started as a kernel stays, for whoever started it: it ends with the copy, the copy
with it, and it hands interrupts on. Where nobody answers it becomes a usual kernel.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path

# What lessons import of others, and takes time; nothing of the kit, which a lesson reads itself.
HEAVY = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipywidgets",
    "matplotlib.pyplot",
    "narwhals.stable.v2",
    "pandas",
    "scipy.stats",
    "seaborn",
)
INLINE = "module://matplotlib_inline.backend_inline"
"""How pictures are drawn in a kernel, which Matplotlib asks about when it is imported."""


def serve(place: str) -> None:
    """Copy this process for each who asks, until standard input is closed."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    for name in HEAVY:
        import_module(name)
    gc.freeze()
    door = socket.socket(socket.AF_UNIX)
    door.bind(place)
    door.listen(64)
    while True:
        ready, _, _ = select.select([door, sys.stdin], [], [], 1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if sys.stdin in ready:
            return
        if door in ready:
            link = door.accept()[0]
            if not os.fork():
                door.close()
                become(link)
            link.close()


def become(link: socket.socket) -> None:
    """Be the kernel that was asked for."""
    os.setsid()
    asked, streams, _, _ = socket.recv_fds(link, 1_000_000, 3)
    while not asked.endswith(b"\n"):
        asked += link.recv(1_000_000)
    known = json.loads(asked)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(known["folder"])
    os.environ.clear()
    os.environ.update(known["environment"])
    sys.argv, sys.path[0] = known["words"], known["folder"]
    sys.modules["numpy"].random.seed()  # not the numbers of all other copies
    threading.Thread(target=obey, args=(link,), daemon=True).start()
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
    os._exit(0)


def obey(link: socket.socket) -> None:
    """Interrupt the kernel when it is told so, and end when nobody is there to tell."""
    while link.recv(1):
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(1)


def ask(place: str) -> None:
    """Ask for a kernel and stay as long as it is there; return where nobody answers."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(place)
    except OSError:
        return
    signal.signal(signal.SIGINT, lambda *_told: link.send(b"!"))
    words = sys.orig_argv[sys.orig_argv.index("ipykernel_launcher") :]
    parent = os.environ.get("JPY_PARENT_PID", "0")  # which a kernel reads when it is imported
    words.append(f"--IPKernelApp.parent_handle={parent}")
    known = {"folder": str(Path.cwd()), "environment": dict(os.environ), "words": words}
    text = json.dumps(known).encode() + b"\n"
    sent = socket.send_fds(link, [text], [0, 1, 2])
    link.sendall(text[sent:])
    link.recv(1)  # which ends with the kernel
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
