"""Put the course into the wheel: what `ecokit wheel` has laid ready, or the datasets alone."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CourseHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it packs; an editable install packs nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files of the course below ``ecokit/_course``."""
        if version == "editable":
            return
        root = Path(self.root)
        ready = root / "build" / "course"
        parts = ready.iterdir() if ready.is_dir() else [root / "datasets"]
        build_data["force_include"] |= {str(part): f"ecokit/_course/{part.name}" for part in parts}
