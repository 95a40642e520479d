"""The jobs as pg_cron does them: by a real one, on Debian's PostgreSQL 15."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgacademy import embedded, migrations, roles, seeding, settings
from pgacademy.connection import connect
from pgacademy.maintenance import cron_sql

pytestmark = pytest.mark.slow

SCHOOL = "riverside"
DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def cron(monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.Server]:
    """A server with pg_cron. In continuous integration a missing one is a failure.

    It starts the jobs as workers: over a connection it does what any client does, see test_maintenance.py.
    """
    binaries = Path(os.environ.get("PGACADEMY_PG15_BIN", DEBIAN))
    if not (binaries.parent / "lib/pg_cron.so").exists() and not os.environ.get("CI"):
        pytest.skip("PostgreSQL 15 with pg_cron is not installed (Debian: postgresql-15-cron)")
    monkeypatch.setenv("PGACADEMY_PG_BIN", str(binaries))
    preload = {
        "shared_preload_libraries": "pg_cron",
        "cron.database_name": settings.DATABASE,
        "cron.use_background_workers": "on",
        "max_worker_processes": "40",
    }
    with embedded.throwaway(settings_=preload) as running:
        yield running


def test_every_job_ends_well(cron: embedded.Server) -> None:
    dsn = cron.dsn()
    with connect(dsn) as deploy:
        roles.apply_roles(deploy, SCHOOL)
        migrations.migrate(dsn, SCHOOL)
        seeding.seed(dsn, SCHOOL, "reference")
        roles.add_login(deploy, SCHOOL, "jobs", "secret", ["service"])
    with psycopg.connect(cron.dsn(user="postgres"), autocommit=True) as admin:
        admin.execute("create extension pg_cron")
        admin.execute(cron_sql(dsn, SCHOOL, "jobs").encode())
        jobs = admin.execute("update cron.job set schedule = '* * * * *' returning jobname").fetchall()
        deadline = time.monotonic() + 90
        query = "select jobname, status, return_message from cron.job_run_details inner join cron.job using (jobid)"
        while len(ran := admin.execute(query + " where status in ('succeeded', 'failed')").fetchall()) < len(jobs):
            assert time.monotonic() < deadline, admin.execute(query).fetchall()
            time.sleep(0.2)
        assert {(name, status) for name, status, _ in ran} == {(name, "succeeded") for (name,) in jobs}, ran
