"""Pages of HTML inside a notebook, in a frame where nothing runs."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from ecokit.messages import _

# Of the pages in the frame the one shows that a link has asked for, at first the first. Without
# a base of its own the frame would take links for addresses below the notebook.
_SITE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><base href="about:srcdoc"><title>{title}</title>
{style}<style>.preview-page {{ display: none }}
.preview-page:target, body:not(:has(:target)) .preview-page:first-child {{ display: block }}</style>
</head><body>{pages}</body></html>"""
_FACE = """
<style>@font-face {{ font-family: "Course Chinese"; src: url({address}) }}
body, body * {{ font-family: sans-serif, "Course Chinese" }}</style>"""
_FONT = Path(__file__).parents[1] / "plots" / "fonts" / "NotoSansSC-ecokit.otf"
_PAGE = '<div class="preview-page" id="{id}">{content}</div>'


def sandboxed(page: str, title: str, height: int) -> Any:
    """Return a page as the output of a cell.

    >>> "<script" in sandboxed("<script>alert(1)</script>", "A page", 300).data
    False
    """
    from IPython.display import HTML

    page = f"{page}{chinese_face(page)}"
    frame: Any = HTML
    return frame(
        f'<div><iframe sandbox="" title="{escape(title)}" srcdoc="{escape(page)}" '
        f'style="width: 100%; height: {height}px; border: 1px solid #8c959f"></iframe></div>'
    )


def chinese_face(page: str) -> str:
    """Return a style with the Chinese characters of a page: one that stands alone has no font."""
    address = chinese_font(page)
    return _FACE.format(address=address) if address else ""


def chinese_font(page: str) -> str:
    """Return a font with the Chinese characters of a page, as an address that holds it all.

    >>> chinese_font("no such character")
    ''
    >>> chinese_font("电").split(",")[0]
    'data:font/otf;base64'
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    codes = {ord(character) for character in page if character >= "\u2e80"}
    if not codes:
        return ""
    with TTFont(_FONT, recalcTimestamp=False) as font, io.BytesIO() as file:
        subsetter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[]))
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.save(file)
        return f"data:font/otf;base64,{base64.b64encode(file.getvalue()).decode()}"


def site(pages: Mapping[str, str], first: str) -> str:
    """Return pages of a site as one, in which a link shows the page that it leads to.

    Parameters
    ----------
    pages : mapping of str to str
        The HTML of each page by its address.
    first : str
        The address of the page to begin with.

    Returns
    -------
    str
        HTML to show with `sandboxed`. A link that leads out of the pages says so.

    Examples
    --------
    >>> shown = site({"http://a.example/": '<a href="b">B</a>', "http://a.example/b": "Hello"},
    ...     "http://a.example/")
    >>> '<a href="#page-1">B</a>' in shown, '<div class="preview-page" id="page-1">Hello' in shown
    (True, True)
    """
    order = [first, *(address for address in pages if address != first)]
    places = {address: f"page-{number}" for number, address in enumerate(order)}
    sections = []
    for address in order:
        soup = BeautifulSoup(pages[address], "html.parser")
        for link in soup.find_all("a", href=True):
            goal = urljoin(address, str(link["href"])).partition("#")[0]
            place = places.get(goal) or places.get(f"{goal}index.html")
            link["href"] = f"#{place or 'page-gone'}"
        content = (soup.body or soup).decode_contents()
        sections.append(_PAGE.format(id=places[address], content=content))
    gone = f'<p>{_("The preview has no such page.")} <a href="#page-0">{_("Back")}</a></p>'
    sections.append(_PAGE.format(id="page-gone", content=gone))
    styles = BeautifulSoup(pages[first], "html.parser").find_all("style")
    style = "".join(map(str, styles))
    return _SITE.format(title=escape(first), style=style, pages="".join(sections))
