"""A real JupyterLab on loopback and a real browser: for the browser test and the benchmark."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from playwright.sync_api import Browser, Page, sync_playwright


def chromium() -> str | None:
    """Return the path of the system's Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("ECOKIT_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium without a window."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=options)
        yield started
        started.close()


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    notebook = v4.new_notebook(
        cells=[v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve `folder` by JupyterLab; yield the address with ``{path}`` for a notebook's path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    private = folder / ".ecokit"
    places = {f"JUPYTER_{name}_DIR": str(private / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    _settle(private / "CONFIG" / "labconfig")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *(f"--ServerApp.root_dir={folder}", "--ServerApp.log_level=ERROR"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
            *(f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"),
            "--LabApp.extension_manager=readonly",
        ],
        cwd=folder,
        env=os.environ | places,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}")
        yield f"http://127.0.0.1:{port}/doc/tree/{{path}}?token={token}"
    finally:
        process.terminate()
        process.wait(20)


def _settle(folder: Path) -> None:
    """Turn off the question about news, which would lie over the notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "page_config.json").write_text(json.dumps(news))


def _wait_for(address: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def open_notebook(started: Browser, address: str, **page: Any) -> Page:
    """Open a notebook and wait until its kernel can be used; only loopback is reachable."""
    opened = started.new_page(**page)
    opened.route(
        lambda url: not url.startswith(("http://127.0.0.1", "data:", "blob:")),
        lambda route: route.abort(),
    )
    opened.goto(address)
    opened.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=180_000)
    opened.wait_for_function(
        "() => window.jupyterapp?.shell?.currentWidget?.sessionContext"
        "?.session?.kernel?.status === 'idle'",
        timeout=180_000,
    )
    return opened


def run_all(page: Page) -> None:
    """Run every cell and wait until the kernel is idle again."""
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def restart(page: Page) -> None:
    """Restart the kernel, as the button does once it is confirmed."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
