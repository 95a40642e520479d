"""What months cost when interactions are written, and what they save once the oldest have been kept long enough.

- COPY into `interactions` as the school made it, to COPY of the same rows into one table that has everything but
  months: the same indexes, checks, foreign keys and triggers, taken from the catalogue. A year of rows in the order of
  their time, cut into pieces that are no months; and the same without foreign keys, whose cost both sides have and
  which would cover up the difference. Told: rows of all months in no order.
- `pgacademy maintain` when one month has been kept long enough (it is entered in `archives`, detached concurrently and
  dropped; connecting included), to the DELETE of the same rows from the other table, without its trigger and without
  the vacuum that it leaves to do.

Both sides get the same pieces and months, in turns; the median of the ratios of a round counts. `--people` and
`--interactions` make it smaller; with few rows, dropping a month costs what connecting does.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from server import SCHOOL, school

from pgacademy.maintenance import maintain

Connection = psycopg.Connection[Any]

COPY_BOUND = 0.95
RETIRE_BOUND = 0.2
#: The year is cut into twice as many, in turns with foreign keys and without: many, because machines have moods.
PIECES = 25
#: Of all months in no order, each as large as a piece.
MIXED_PIECES = 5
#: How many go, one after the other; the year has twelve.
MONTHS = 9

#: As the superuser and without triggers: what interactions refer to, ten of them a session.
FILL = """
select count(*) from ensure_partitions(p_as_of => date_trunc('month', now()) - interval '11 months');

create table bench_sessions as
select n, gen_random_uuid() as id, md5((n % {people})::text)::uuid as user_id
from generate_series(0, {sessions}) as n;
create unique index on bench_sessions (n);
insert into learning_sessions (id, user_id, study_material_id, session_type)
select id, user_id, gen_random_uuid(), 'study' from bench_sessions;

create table bench_assets as select n, gen_random_uuid() as id from generate_series(0, 9999) as n;
create unique index on bench_assets (n);
insert into generated_assets (id, study_material_id, asset_type, content, generation_model)
select id, gen_random_uuid(), 'flashcard', '{{}}', 'bench' from bench_assets;

create table bench_flat (like interactions including all);
alter table bench_flat enable row level security;
"""
#: What LIKE leaves out.
KEYS_AND_TRIGGERS = """
select format('alter table bench_flat add %s', pg_get_constraintdef(oid))
from pg_constraint where conrelid = 'interactions'::regclass and contype = 'f'
union all
select regexp_replace(pg_get_triggerdef(oid), ' ON [^ ]+ ', ' ON bench_flat ')
from pg_trigger where tgrelid = 'interactions'::regclass and not tgisinternal
"""
#: A hundred sessions at a time, which take turns. Identifiers follow the time, as those of uuid_v7() do.
PIECE = """
select
    (lpad(to_hex((extract(epoch from t.at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i.n::text), 1, 3)
        || '8' || substr(md5(i.n::text), 4, 15))::uuid,
    s.id, s.user_id, a.id, (array['answer', 'view'])[1 + i.n % 2],
    jsonb_build_object('choice', i.n % 4, 'seen', i.n % 60),
    case when i.n % 2 = 0 then i.n % 3 > 0 end, 500 + i.n % 20000,
    (i.n % 100) / 100.0, null, t.at
from generate_series({first}, {last} - 1) as i (n)
inner join bench_sessions as s on s.n = i.n / 1000 * 100 + i.n % 100
left join bench_assets as a on i.n % 4 < 2 and a.n = i.n % 10000
cross join (select date_trunc('month', now()) as ends_at) as y
cross join lateral (
    select y.ends_at - (y.ends_at - (y.ends_at - interval '1 year')) * (1 - i.n::float8 / {rows}) as at
) as t
order by i.n
"""
#: Some of what is there once more.
MIXED = """
select gen_random_uuid(), learning_session_id, user_id, generated_asset_id, interaction_type, interaction_data,
    is_correct, response_time_ms, confidence_level, feedback_data, created_at
from bench_flat where random() < {share} order by random()
"""
COLUMNS = """
id, learning_session_id, user_id, generated_asset_id, interaction_type, interaction_data,
is_correct, response_time_ms, confidence_level, feedback_data, created_at
"""
OLDEST = """
select l.partition_name, l.starts_at, l.ends_at
from list_partitions() as l
where l.table_name = 'interactions' and l.starts_at >= date_trunc('month', now()) - interval '1 year'
order by l.starts_at
limit 1
"""


def value(connection: Connection, query: str) -> Any:
    """The first value of a query."""
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def seconds(connection: Connection, action: Callable[[], object]) -> float:
    """Of one action and its commit; what was written before is on the disk."""
    connection.execute(b"checkpoint")
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def told(what: str, rounds: list[tuple[float, float]], bound: str) -> float:
    """Prints the medians of two sides and the ratio of every round; returns the median of the ratios."""
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratios = [one / other for one, other in rounds]
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    print(f"{what}: {ours:.2f} s to {theirs:.2f} s: {ratio:.3f}, {spread} ({bound})", flush=True)
    return ratio


def copied(connection: Connection, query: str, *, role: str, number: int) -> tuple[float, float]:
    """Seconds of COPY of what a query finds: into the table without months, and into the one with them."""
    file = f"{value(connection, 'show data_directory')}/bench"
    connection.execute(f"copy ({query}) to '{file}'".encode())
    connection.execute(f"set session_replication_role = {role}".encode())
    taken = {}
    for table in ("interactions", "bench_flat") if number % 2 else ("bench_flat", "interactions"):
        copy = f"copy {table} ({COLUMNS}) from '{file}'".encode()
        taken[table] = seconds(connection, partial(connection.execute, copy))
    connection.execute(b"reset session_replication_role")
    return taken["bench_flat"], taken["interactions"]


def copies(connection: Connection, rows: int) -> int:
    """Rows a second with months, to without; 1 if they are too few."""
    size = rows // (2 * PIECES)
    keyed, unkeyed, mixed = [], [], []
    for number in range(PIECES):
        first = 2 * number * size
        piece = PIECE.format(first=first, last=first + size, rows=rows)
        keyed.append(copied(connection, piece, role="origin", number=number))
        piece = PIECE.format(first=first + size, last=first + 2 * size, rows=rows)
        unkeyed.append(copied(connection, piece, role="replica", number=number))
    for number in range(MIXED_PIECES):
        mixed.append(copied(connection, MIXED.format(share=size / rows), role="replica", number=number))
    counts = {value(connection, f"select count(*) from {table}") for table in ("interactions", "bench_flat")}
    assert len(counts) == 1, "the two tables differ"
    bound = f"throughput at least {COPY_BOUND}"
    ratio = min(
        told("COPY into one table, to months", keyed, bound),
        told("  the same without foreign keys", unkeyed, bound),
    )
    told("  the same of all months in no order", mixed, "told")
    return int(ratio < COPY_BOUND)


def retirements(connection: Connection, deploy: str) -> int:
    """A retention pass that drops a month, to the DELETE of its rows; 1 if it is too slow."""
    retire = partial(maintain, deploy, SCHOOL, jobs=("retire_partitions",))
    connection.execute(b"vacuum (analyze) bench_flat")
    connection.execute(b"alter table bench_flat disable trigger user")
    retire()
    rounds = []
    for number in range(MONTHS):
        partition, begin, end = connection.execute(OLDEST.encode()).fetchone() or ("", None, None)
        rows = value(connection, f"select count(*) from {partition}")
        flat = value(connection, "select count(*) from bench_flat")
        connection.execute(
            b"update retention_policies set keep_months = %s where subject = 'interactions'", [11 - number]
        )
        delete = f"delete from bench_flat where created_at >= '{begin}' and created_at < '{end}'".encode()
        taken = {}
        for side in (retire, "delete") if number % 2 else ("delete", retire):
            action = partial(connection.execute, delete) if side == "delete" else retire
            taken[side] = seconds(connection, action)
        assert value(connection, f"select to_regclass('{partition}')") is None
        assert flat - rows == value(connection, "select count(*) from bench_flat")
        rounds.append((taken[retire], taken["delete"]))
    return int(told("a month retired, to its DELETE", rounds, f"at most {RETIRE_BOUND}") > RETIRE_BOUND)


def main() -> int:
    """Prints the ratios; 1 if one is outside its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--interactions", type=int, default=5_000_000)
    sizes, _ = parser.parse_known_args()
    with school() as deploy:
        # As the superuser of the throwaway server, who may read files and do without triggers.
        dsn = make_conninfo(deploy, user="postgres", options=f"-c search_path={SCHOOL},extensions,pg_temp")
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(b"alter system set autovacuum = off")
            connection.execute(b"select pg_reload_conf()")
            connection.execute(b"set session_replication_role = replica")
            sessions = sizes.interactions // 10 + 100
            connection.execute(FILL.format(people=sizes.people, sessions=sessions).encode())
            connection.execute(b"reset session_replication_role")
            for (statement,) in connection.execute(KEYS_AND_TRIGGERS.encode()).fetchall():
                connection.execute(statement.encode())
            connection.execute(b"vacuum (analyze)")
            return copies(connection, sizes.interactions) | retirements(connection, deploy)


if __name__ == "__main__":
    sys.exit(main())
