"""Maintenance: what a school has to do by itself, done by whoever calls this often enough.

Which jobs there are and when each is due is told by the school (`maintenance_jobs`, `due_jobs`); every run is noted in
`job_runs`. The one thing that a function in the database cannot do is to detach a partition without making its readers
wait: that is done here, and entered in `archives` before and after, so that a run that dies is gone on with.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pgacademy import concurrently, locking, roles, schools
from pgacademy.connection import (
    EXTENSIONS_SCHEMA,
    Connection,
    check_release,
    connect,
    extensions_schema,
    school_path,
)
from pgacademy.errors import NotFound, PgacademyError, translate
from pgacademy.locking import Patience, Progress
from pgacademy.sources import queries
from pgacademy.statements import split

_RETIRE = "retire_partitions"


@dataclass(frozen=True)
class JobOutcome:
    """What became of one job: what it did, as the number it returned (rows, people, partitions), or an error."""

    job: str
    count: int
    duration_s: float
    error: PgacademyError | None = None


def maintain(
    conninfo: str,
    school: str,
    progress: Progress | None = None,
    *,
    jobs: Collection[str] = (),
    patience: Patience | None = None,
) -> list[JobOutcome]:
    """Does every job that is due, or those named in `jobs` whether due or not, in their order.

    One that fails is noted as failed and stops no other; it is due again at once. The login may act as the owner of the
    school, or as its service: then partitions leave while readers of their table wait. Raises NotFound for an unknown
    job, NotAllowed, SchoolMissing, VersionMismatch, ServerUnreachable.
    """
    # Who is in the way of one job is waited for less long than by a migration: the next run is soon.
    patience = patience or Patience(budget_s=30.0)
    with (
        locking.patient(patience),
        connect(conninfo, application_name="pgacademy maintain", school=school) as connection,
    ):
        check_release(connection, school)
        locking.limit_session(connection, patience.lock_timeout_s)
        known = [(name, is_batched) for name, is_batched, *_ in _rows(connection, school, "maintenance_jobs")]
        if unknown := sorted(set(jobs) - {name for name, _ in known}):
            raise NotFound(
                f"There is no job {unknown[0]!r}.", hint=f"There are {', '.join(name for name, _ in known)}."
            )
        chosen = jobs or {name for name, *_ in _rows(connection, school, "due_jobs")}
        outcomes: list[JobOutcome] = []
        todo = [(name, is_batched) for name, is_batched in known if name in chosen]
        for number, (name, is_batched) in enumerate(todo, 1):
            outcomes.append(_job(connection, school, name, progress, is_batched=is_batched))
            if progress:
                progress(name, number, len(todo))
    return outcomes


def cron_sql(conninfo: str, school: str, login: str | None = None) -> str:
    """The SQL that gives every job to pg_cron, to be run in the database where that is installed.

    The jobs run as `login`, which may act as the school's service; by default as whoever runs the SQL.
    """
    with connect(conninfo) as connection:
        check_release(connection, school)
        path = school_path(school, extensions_schema(connection) or EXTENSIONS_SCHEMA).as_string(connection)
        lines = [f"-- The jobs of {school}. Run it again after every upgrade: what is there is replaced."]
        for name, is_batched, schedule in _rows(connection, school, "maintenance_jobs"):
            body = _CRON_BATCHES if is_batched else _CRON_ONCE
            command = body.format(*map(sql.Literal, (f"{school}_service", path, name))).as_string(connection)
            values = [f"{school}: {name}", schedule, command, connection.info.dbname, *([login] if login else [])]
            call = sql.SQL("select cron.schedule_in_database({});").format(sql.SQL(", ").join(map(sql.Literal, values)))
            lines.append(call.as_string(connection))
    return "\n".join(lines) + "\n"


# One statement each: what pg_cron is given as several is one transaction, in which no batch could be committed.
_CRON_BEGIN = "do $$ begin perform set_config('role', {}, false), set_config('search_path', {}, false); "
_CRON_ONCE = sql.SQL(_CRON_BEGIN + "perform run_job({}); end $$")
_CRON_BATCHES = sql.SQL(_CRON_BEGIN + "loop exit when run_job({}) = 0; commit; end loop; end $$")


def _rows(connection: Connection, school: str, query: str) -> list[tuple[Any, ...]]:
    with schools.as_first(connection, school, "service"):
        return connection.execute(queries("maintenance")[query]).fetchall()


def _value(connection: Connection, school: str, query: str, **values: Any) -> Any:
    with schools.as_first(connection, school, "service"):
        row = connection.execute(queries("maintenance")[query], values).fetchone()
    return row[0] if row else None


def _job(connection: Connection, school: str, name: str, progress: Progress | None, *, is_batched: bool) -> JobOutcome:
    """Does one job and notes it: its beginning in a transaction of its own, so that a run that dies shows."""
    started = time.monotonic()
    run_id = _value(connection, school, "begin_job", job=name)
    count, error = 0, None
    try:
        if name == _RETIRE and schools.may_act_as(connection, roles.owner(school)):
            count = _retire(connection, school, progress)
        else:
            run = partial(_value, connection, school, "run_job", job=name)
            while done := locking.retried(connection, run, progress=progress):
                count += done
                if not is_batched:
                    break
    except PgacademyError as exc:
        error = exc
    except psycopg.Error as exc:
        if connection.closed:
            raise
        error = translate(exc)
    detail = {"count": count} | ({"sqlstate": error.sqlstate, "error": error.message} if error else {})
    _value(connection, school, "end_job", run_id=run_id, succeeded=error is None, detail=Jsonb(detail))
    return JobOutcome(name, count, time.monotonic() - started, error)


def _retire(connection: Connection, school: str, progress: Progress | None) -> int:
    """Detaches every month that was kept long enough and archives or drops it; returns how many there were."""
    count = 0
    with locking.advisory_lock(connection, f"the partitions of {school}", wait_s=0.0):
        for archive_id, table, partition, is_attached in _rows(connection, school, "begin_retirement"):
            if is_attached:
                names = sql.Identifier(table), sql.Identifier(partition)
                text = sql.SQL("alter table {} detach partition {} concurrently").format(*names)
                (statement,) = split(text.as_string(connection))
                with schools.as_owner(connection, school):
                    concurrently.run(connection, partition, statement, is_resumed=True, progress=progress)
            finish = partial(_value, connection, school, "finish_retirement", archive_id=archive_id)
            locking.retried(connection, finish, progress=progress)
            count += 1
            if progress:
                progress(f"{partition} is gone", 0, 0)
    return count
