"""Chinese words are marked as Chinese: for screen readers, and for the right glyphs."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

RUN = re.compile(
    r"([\u2e80-\u2fdf\u3000-\u303f\u31c0-\u31ef\u3200-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff00-\uffef\U00020000-\U0003ffff]+)"
)
"""What a font without Chinese shows as boxes: characters, radicals, signs, and wide forms."""
SKIP = (nodes.FixedTextElement, nodes.raw, nodes.comment, nodes.math, nodes.math_block)


class MarkChinese(SphinxPostTransform):
    """Puts each run of Chinese into a ``<span lang="zh-Hans">``."""

    default_priority = 900

    def run(self, **kwargs: object) -> None:
        """Split the text nodes that hold Chinese."""
        for text in list(self.document.findall(nodes.Text)):
            if RUN.search(text) and not _inside(text, SKIP):
                text.parent.replace(text, list(_marked(text)))


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def _marked(text: str) -> list[nodes.Node]:
    parts = [(part, RUN.fullmatch(part)) for part in RUN.split(text) if part]
    return [
        nodes.inline("", part, classes=["language-zh-Hans"]) if chinese else nodes.Text(part)
        for part, chinese in parts
    ]


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(MarkChinese)
