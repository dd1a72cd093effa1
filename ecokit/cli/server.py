"""A Jupyter server extension: the built book at ``book/``, behind the notebooks' sign-in.

It also gives JupyterLab the course's settings: a "Course book" button in the top bar, and no
news from the network. Both work below any base URL. On a hub, enable it with
``c.ServerApp.jpserver_extensions = {"ecokit.cli.server": True}``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from ecokit.cli import copies
from ecokit.cli.course import Course
from ecokit.messages import _


class BookHandler(JupyterHandler, web.StaticFileHandler):
    """A file of the built book, for those who are signed in."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def get(  # type: ignore[override]  # the decorators keep no signature
        self, path: str, include_body: bool = True
    ) -> None:
        """Send a file; a folder sends its ``index.html``."""
        await web.StaticFileHandler.get(self, path, include_body=include_body)

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Send the headers of a file."""
        await web.StaticFileHandler.get(self, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """Let the browser ask each time whether a page is still the newest."""
        self.set_header("Cache-Control", "no-cache")


def settings(base_url: str) -> dict[str, Any]:
    """Return JupyterLab's settings for the course.

    Examples
    --------
    >>> bar = settings("/room/")["@jupyterlab/application-extension:top-bar"]["toolbar"]
    >>> bar[0]["args"]["url"]
    '/room/book/'
    """
    title = _("Course book")
    button = {
        "name": "course-book",
        "label": title,
        "rank": 60,
        "command": "help:open",
        "args": {"url": url_path_join(base_url, "book/"), "text": title, "newBrowserTab": True},
    }
    return {
        "@jupyterlab/application-extension:top-bar": {"toolbar": [button]},
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        # A click on Check must not overtake the text typed before it.
        "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"},
    }


PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "ecokit.cli.server"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Serve the book and lay the settings into files of their own, which overwrite no others."""
    # Every kernel of this server runs the file as it starts, unless the learner has one's own.
    os.environ.setdefault("PYTHONSTARTUP", str(Path(__file__).with_name("startup.py")))
    labconfig = Path(app.config_dir, "labconfig")
    for name, content in {
        "default_setting_overrides.d": settings(app.base_url),
        "page_config.d": PAGE,
    }.items():
        copies.write(labconfig / name / "ecokit.json", json.dumps(content, indent=1).encode())
    book = url_path_join(app.base_url, "book")
    files = {"path": str(Course.found().book), "default_filename": "index.html"}
    app.web_app.add_handlers(
        ".*$",
        [
            (book, web.RedirectHandler, {"url": book + "/"}),
            (book + "/(.*)", BookHandler, files),
        ],
    )
