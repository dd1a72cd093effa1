"""A number and its per cent sign stay on one line."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

SKIP = (
    nodes.FixedTextElement,
    nodes.literal,
    nodes.raw,
    nodes.comment,
    nodes.math,
    nodes.math_block,
)


class KeepPercent(SphinxPostTransform):
    """Puts a no-break space before each per cent sign; the number may be glued in."""

    default_priority = 899  # after glue, before Chinese words are marked

    def run(self, **kwargs: object) -> None:
        """Replace the text nodes that hold a space and a per cent sign."""
        for text in list(self.document.findall(nodes.Text)):
            if " %" in text and not isinstance(text.parent, SKIP):
                text.parent.replace(text, nodes.Text(text.replace(" %", "\u00a0%")))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(KeepPercent)
