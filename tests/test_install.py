"""An installation that was stopped at any moment: the same command ends in a whole environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# All but the packages: `ensurepip` runs, pip and uv are only asked.
SMALL = """
    real = run
    def run(command, **options):
        if "ensurepip" in command:
            real(command, **options)
        else:
            time.sleep(0.3)
    package_index = lambda python: {}
"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    for name in ("install.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    text = (tmp_path / "install.py").read_text("utf-8")
    main = 'if __name__ == "__main__":\n'
    assert main in text
    small = text.replace(main, main + SMALL)
    (tmp_path / "install.py").write_text(small, "utf-8")
    return tmp_path


def install(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "install.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="Windows ends processes otherwise")
@pytest.mark.parametrize(("sign", "after"), [("SIGKILL", 0.4), ("SIGINT", 1.0)])
def test_an_install_that_was_stopped_ends_well(kit: Path, sign: str, after: float) -> None:
    process = install(kit)
    time.sleep(after)
    process.send_signal(getattr(signal, sign))
    if sign == "SIGINT":
        told, _nothing = process.communicate()
        assert "Traceback" not in told
    process.wait()
    assert process.stdout
    process.stdout.close()  # a child may go on for a moment
    again = install(kit)
    told, _nothing = again.communicate()
    assert again.returncode == 0, told
    assert "Traceback" not in told
    python = kit / ".venv" / "bin" / "python"
    assert subprocess.call([python, "-c", "import pip"]) == 0
    third = install(kit)
    assert third.communicate()[0] == "", "what is whole is left alone"


def test_an_environment_without_pip_is_made_anew(kit: Path) -> None:
    """As earlier editions left it when they were stopped in their first two seconds."""
    subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", kit / ".venv"])
    process = install(kit)
    told, _nothing = process.communicate()
    assert process.returncode == 0, told
    place = "Scripts" if os.name == "nt" else "bin"
    assert subprocess.call([kit / ".venv" / place / "python", "-c", "import pip"]) == 0


def test_a_full_disk_and_a_failure_are_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    import install as module

    full = type("Usage", (), {"free": 20_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: full)
    with pytest.raises(SystemExit, match="The disk is full: 20 MB are free"):
        module.run([sys.executable, "-c", "raise SystemExit(1)"])
    room = type("Usage", (), {"free": 20_000_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: room)
    with pytest.raises(SystemExit, match="could not be installed"):
        module.run([sys.executable, "-c", "raise SystemExit(1)"])


@pytest.mark.parametrize("module", ["hashlib", "venv"])
def test_ctrl_c_before_anything_has_begun_is_a_sentence(kit: Path, module: str) -> None:
    (kit / f"{module}.py").write_text("raise KeyboardInterrupt")
    told, _nothing = install(kit).communicate()
    assert told.strip() == "Stopped. Run the same command again: it begins where it has to."
