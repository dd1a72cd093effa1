"""A Jupyter server extension: the built book at ``book/``, behind the notebooks' sign-in.

It also gives JupyterLab the course's settings: a "Course book" button in the top bar, which opens
the page of the notebook that is open; a font for Chinese; and no news from the network. All work
below any base URL. On a hub, enable it with
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

import ecokit
from ecokit.cli import brackets, copies, ways
from ecokit.cli import building as now
from ecokit.cli.course import Course
from ecokit.messages import _

STYLE = Path(__file__).with_name("lab.css")
EXTENSIONS = Path(__file__).with_name("labextension")
FONT = Path(ecokit.__file__).parent / "plots" / "fonts" / "NotoSansSC-ecokit.otf"


class BookHandler(JupyterHandler, web.StaticFileHandler):
    """A file of the built book, for those who are signed in."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def get(  # type: ignore[override]  # the decorators keep no signature
        self, path: str, include_body: bool = True
    ) -> None:
        """Send a file; a folder sends its ``index.html``; while it is built, how far it is."""
        building = now.current
        if building and not building.stands and Path(path).suffix in ("", ".html"):
            self.set_header("Cache-Control", "no-cache")
            self.finish(building.page())
            return
        await web.StaticFileHandler.get(self, path, include_body=include_body)

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Send the headers of a file."""
        await web.StaticFileHandler.get(self, path, include_body=False)

    def parse_url_path(self, url_path: str) -> str:
        """Return the path of a file; no file has a name with the character 0."""
        if "\0" in url_path:
            raise web.HTTPError(404)
        return super().parse_url_path(url_path)

    def compute_etag(self) -> str | None:
        """Return the mark of a file's content; a page of this moment has none."""
        return super().compute_etag() if getattr(self, "absolute_path", None) else None

    def set_extra_headers(self, path: str) -> None:
        """Let the browser ask each time whether a page is still the newest."""
        self.set_header("Cache-Control", "no-cache")


class HereHandler(JupyterHandler):
    """Leads from JupyterLab to the page of the notebook that is open there."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Redirect to the page of the notebook that is asked for, else to the first page."""
        page = ways.page_of(self.get_query_argument("notebook", ""))
        self.redirect(url_path_join(self.base_url, "book", page))


class StyleHandler(JupyterHandler):
    """The course's style of JupyterLab, and after it the user's own ``custom.css``."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send the style sheet, and note that a page of JupyterLab is there."""
        now.shown.set()
        own = [Path(folder, "custom.css") for folder in self.settings["static_custom_path"]]
        sheets = [STYLE, *(path for path in own if path.is_file())]
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish("\n".join(path.read_text("utf-8") for path in sheets))


def settings() -> dict[str, Any]:
    """Return JupyterLab's settings for the course.

    Examples
    --------
    >>> bar = settings()["@jupyterlab/application-extension:top-bar"]["toolbar"]
    >>> bar[0]["command"]
    'ecokit:course-book'
    """
    title = _("Course book")
    button = {
        "name": "course-book",
        "label": title,
        "rank": 60,
        "command": "ecokit:course-book",  # of the extension beside this file
        "args": {"label": title},
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


def _link_jupyter_server_extension(app: ServerApp) -> None:
    """Give JupyterLab a style sheet and an extension beside its own, before it starts."""
    brackets.let_jupyter_find()
    app.config.LabApp.custom_css = True
    app.config.LabApp.extra_labextensions_path.append(str(EXTENSIONS))


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Serve the book and lay the settings into files of their own, which overwrite no others."""
    # Every kernel of this server runs the file as it starts, unless the learner has one's own.
    os.environ.setdefault("PYTHONSTARTUP", str(Path(__file__).with_name("startup.py")))
    labconfig = Path(app.config_dir, "labconfig")
    for name, content in {
        "default_setting_overrides.d": settings(),
        "page_config.d": PAGE,
    }.items():
        copies.write(labconfig / name / "ecokit.json", json.dumps(content, indent=1).encode())
    book, custom = (url_path_join(app.base_url, name) for name in ("book", "custom"))
    files = {"path": str(Course.found().book), "default_filename": "index.html"}
    app.web_app.add_handlers(
        ".*$",
        [
            (book, web.RedirectHandler, {"url": book + "/"}),
            (book + "/here", HereHandler),
            (book + "/(.*)", BookHandler, files),
            (url_path_join(custom, "custom.css"), StyleHandler),
            (url_path_join(custom, f"({FONT.name})"), BookHandler, {"path": str(FONT.parent)}),
        ],
    )
