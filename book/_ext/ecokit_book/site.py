"""The built site: nothing from outside, nothing that no page uses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from html import unescape
from html.parser import HTMLParser
from logging import WARNING, getLogger
from pathlib import Path
from typing import Any

from bs4 import Tag
from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util import logging

import ecokit

from .chinese import RUN
from .twins import few_colours

logger = logging.getLogger(__name__)
getLogger("fontTools").setLevel(WARNING)

LOADED = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
}
OUTSIDE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
CSS_LOADS = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)
UNUSED = (
    "**/*.map",
    "**/fontawesome.js*",
    "**/fa-*-[49]00.*",
    "**/pydata-sphinx-theme.css",
    "images/logo_*",
    "*webpack-macros.html",
)
CHINESE_FONT = Path(ecokit.__file__).parent / "plots" / "fonts" / "NotoSansSC-ecokit.otf"
ICON = re.compile(r"\bfa-[a-z0-9-]+")
ICON_RULE = re.compile(r"(?:\.fa-[\w-]+:before,?)+\{content:\"\\([0-9a-f]+)\"\}")
FONT_FACE = re.compile(r"@font-face\{[^}]*Font Awesome[^}]*\}")
SOURCE_MAP = "/*# sourceMappingURL=pydata-sphinx-theme.css.map*/"


INDEX = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={root}">
<title>{title}</title>
<p><a href="{root}">{title}</a></p>
</html>
"""


class Loads(HTMLParser):
    """Collects every address that a page loads by itself; links to click on are none."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of one tag."""
        wanted = LOADED.get(tag, ())
        self.addresses += [value for name, value in attrs if name in wanted and value]
        style = dict(attrs).get("style") or ""
        self.addresses += CSS_LOADS.findall(style)


def outside(text: str, suffix: str = ".html") -> list[str]:
    """Return what a page or a style sheet loads from other hosts.

    Examples
    --------
    >>> outside('<img src="//host/a.png"><a href="https://host/">more</a>')
    ['//host/a.png']
    """
    if suffix == ".css":
        return CSS_LOADS.findall(text)
    parser = Loads()
    parser.feed(text)
    return [address for address in parser.addresses if OUTSIDE.match(address)]


def _finish(app: Sphinx, failure: Exception | None) -> None:
    if failure or app.builder.format != "html":
        return
    out = Path(app.outdir)
    _remove_stale(app, out)
    root = f"{app.config.root_doc}.html"
    (out / "index.html").write_text(INDEX.format(title=app.config.html_title, root=root), "utf8")
    _prune(out)
    _lighten(out)
    for path, address in _audit(out):
        logger.warning("%s loads %s from outside", path.relative_to(out), address)


def _remove_stale(app: Sphinx, out: Path) -> None:
    """Remove what earlier builds left: pages and pictures that are in the book no longer."""
    pages = {f"{name}.html" for name in (*app.env.found_docs, "search")}
    pictures = {f"_images/{name}" for _, name in app.env.images.values()}
    for path in [*out.rglob("*.html"), *out.glob("_images/*")]:
        if path.relative_to(out).as_posix() not in pages | pictures:
            path.unlink()


def _audit(out: Path) -> Iterator[tuple[Path, str]]:
    for suffix in (".html", ".css"):
        for path in sorted(out.rglob(f"*{suffix}")):
            for address in outside(path.read_text("utf8"), suffix):
                yield path, address


def _lighten(out: Path) -> None:
    for path in out.glob("_images/*.png"):
        with Image.open(path) as image:
            if image.mode != "P":
                few_colours(image, 128).save(path, optimize=True)


def _prune(out: Path) -> None:
    """Keep what the pages use: no source maps, and of icons and Chinese those shown."""
    static = out / "_static"
    theme = static / "styles" / "pydata-sphinx-theme.css"
    webfonts = static / "vendor" / "fontawesome" / "webfonts"
    if not theme.exists():  # no page was written, so Sphinx copied nothing to cut
        return
    pages = "".join(path.read_text("utf8") for path in out.rglob("*.html"))
    slim, codes = keep_icons(theme.read_text("utf8"), set(ICON.findall(pages)))
    (static / "styles" / "theme-used.css").write_text(slim, "utf8")
    _subset(webfonts / "fa-solid-900.ttf", codes, webfonts / "icons.woff")
    shown = {ord(character) for character in "".join(RUN.findall(unescape(pages)))}
    for boxed in sorted(shown - _subset(CHINESE_FONT, shown, static / "chinese.woff")):
        logger.warning("a page shows %s, which %s lacks", chr(boxed), CHINESE_FONT.name)
    for path in {path for pattern in UNUSED for path in static.glob(pattern)}:
        path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)


def keep_icons(css: str, used: set[str]) -> tuple[str, list[int]]:
    r"""Return the theme's style sheet with the rules of the `used` icons only, and their codes.

    Examples
    --------
    >>> css = r'.fa-list:before{content:"\f03a"}.fa-yen:before{content:"\f157"}'
    >>> keep_icons(css, {"fa-list"})
    ('.fa-list:before{content:"\\f03a"}', [61498])
    """
    codes: list[int] = []

    def rule(match: re.Match[str]) -> str:
        if not used.intersection(ICON.findall(match[0])):
            return ""
        codes.append(int(match[1], 16))
        return match[0]

    css = ICON_RULE.sub(rule, FONT_FACE.sub("", css).replace(SOURCE_MAP, ""))
    return css, codes


def _subset(font: Path, codes: Iterable[int], target: Path) -> set[int]:
    """Write the part of a font with some characters; return all those that it has."""
    with TTFont(font, recalcTimestamp=False) as whole:  # the same bytes whenever it is built
        known = set(whole.getBestCmap())
        subsetter = subset.Subsetter()
        subsetter.populate(unicodes=codes)
        subsetter.subset(whole)
        whole.flavor = "woff"
        whole.save(target)
    return known


def _name_toggles(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Give the arrows of the table of contents a name for those who do not see them."""
    original = context["generate_toctree_html"]

    def named(*args: Any, **kwargs: Any) -> Any:
        contents = original(*args, **kwargs)
        if isinstance(contents, Tag):
            for toggle in contents.select("details > summary"):
                link = toggle.find_parent("li").find("a")
                toggle["aria-label"] = f"Pages of {link.get_text(strip=True)}"
        return contents

    context["generate_toctree_html"] = named


def setup(app: Sphinx) -> None:
    """Register the steps."""
    app.connect("html-page-context", _name_toggles, priority=900)
    app.connect("build-finished", _finish, priority=900)
