"""32 people spend at once, each from an account of their own: as fast as 32 who update rows unrelated to each other?

The bound is on that ratio, and the two differ in one statement only. pgbench is the client of both; both are one
request as an application makes it, five round trips: begin, the role, the identity, the statement, a commit that waits
for the disk. The one calls transfer_coins(), which writes a key, a transaction, two balances, two postings, a reply,
and a notification with what counts and sends it, under all rules of the house; the other updates one row that nobody
else touches.

A ratio below one has two possible reasons, and they are told apart: spenders who wait for each other, which must not
be, and the work a transfer is. So beside it stand both at 1, 8 and 32 connections, the share of the time in which a
connection waited for a lock of another, what the same rows cost as plain statements without a rule, and rewards, which
all come from the one issuing account of the school. Rounds alternate; the median counts.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from server import SCHOOL, school

from pgacademy.embedded import find_binaries

BOUND = 0.8
CONNECTIONS, SECONDS, ROUNDS = (1, 8, 32), 4, 3

#: The statement of a request, by its name. A connection's own people are those of its number.
WORK = {
    "updates": "update bench_rows set note = note + 1 where id = :client_id;",
    "transfers": """select t.* from bench_people as p
        cross join lateral transfer_coins(p.other, 1, gen_random_uuid()::text) as t where p.id = :client_id;""",
    "rewards": """select t.* from bench_people as p
        cross join lateral award_coins(p.me, 1, 'bench', gen_random_uuid()) as t where p.id = :client_id;""",
    "plain": "select bench_writes(:client_id);",
}
ROLE = {"rewards": "service"}
REQUEST = """begin;
set local role {role};
select set_config('pgacademy.user_id', p.me::text, true) from bench_people as p where p.id = :client_id;
{work}
commit;
"""
TABLES = """
create table bench_people (id integer primary key, me uuid not null, other uuid not null);
create table bench_rows (id integer primary key, note bigint not null default 0) with (fillfactor = 70);
insert into bench_rows select n from generate_series(0, 1999) as n;
create table bench_keys (
    actor text, key text, reply jsonb, created_at timestamptz default now(), primary key (actor, key)
);
create table bench_transactions (
    id uuid primary key default uuid_v7(), user_id uuid, other_id uuid, amount bigint,
    created_at timestamptz default now()
);
create index on bench_transactions (user_id, created_at desc, id desc);
create index on bench_transactions (other_id, created_at desc, id desc);
create table bench_postings (
    transaction_id uuid, account_id uuid, amount bigint, primary key (transaction_id, account_id)
);
create index on bench_postings (account_id);
create table bench_notifications (
    id uuid primary key default uuid_v7(), user_id uuid, title text, related_id uuid,
    created_at timestamptz default now()
);
create index on bench_notifications (user_id, created_at, id);
create index on bench_notifications (user_id, created_at, id) where title <> '';
create table bench_deltas (id bigint generated always as identity primary key, user_id uuid);
create index on bench_deltas (user_id);
create table bench_deliveries (
    notification_id uuid, channel text, created_at timestamptz default now(), primary key (notification_id, channel)
);
create index on bench_deliveries (channel, created_at);

-- What a transfer writes, and nothing that it checks.
create function bench_writes(p_n integer) returns void language plpgsql security definer
set search_path from current as $$
declare
    v_key text := gen_random_uuid()::text;
    v_id uuid;
    v_notification_id uuid;
    v_people bench_people;
begin
    select * into v_people from bench_people where id = p_n;
    insert into bench_keys (actor, key) values (v_people.me::text, v_key);
    insert into bench_transactions (user_id, other_id, amount) values (v_people.me, v_people.other, 1)
    returning id into v_id;
    update bench_rows set note = note - 1 where id = p_n;
    update bench_rows set note = note + 1 where id = p_n + 1000;
    insert into bench_postings values (v_id, v_people.me, -1), (v_id, v_people.other, 1);
    insert into bench_notifications (user_id, title, related_id) values (v_people.other, 'You have received', v_id)
    returning id into v_notification_id;
    insert into bench_deltas (user_id) values (v_people.other);
    insert into bench_deliveries (notification_id, channel) values (v_notification_id, 'push');
    update bench_keys set reply = '{"balance": 1}' where actor = v_people.me::text and key = v_key;
end $$;
update platform_settings set setting_value = '1000000000' where setting_key = 'coins.transfer_daily_max';
"""


def prepare(owner: psycopg.Connection[Any]) -> None:
    """The people, two for each connection, their coins, and the tables of what is compared."""
    owner.execute(f"set role {SCHOOL}_owner".encode())
    owner.execute(TABLES.encode())
    owner.execute(f"grant select on bench_people to {SCHOOL}_student, {SCHOOL}_service".encode())
    owner.execute(f"grant select, update on bench_rows to {SCHOOL}_student".encode())
    for table in ("bench_people", "bench_rows"):
        owner.execute(f"alter table {table} disable row level security".encode())
    owner.execute(f"grant execute on function bench_writes to {SCHOOL}_student".encode())
    owner.execute(
        "insert into bench_people select n, register_user(p_email => 'a' || n || '@example.org'),"
        " register_user(p_email => 'b' || n || '@example.org') from generate_series(0, %s) as n",
        [max(CONNECTIONS) - 1],
    )
    owner.execute("select award_coins(p.me, 1000000, 'start', null) from bench_people as p")
    owner.execute("vacuum analyze")


class Waits(threading.Thread):
    """Looks at the busy connections every 20 ms and counts what they wait for."""

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self.counts: Counter[str] = Counter()
        self.stopped = threading.Event()
        self.connection = psycopg.connect(dsn, autocommit=True)

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            for (kind,) in self.connection.execute(
                "select coalesce(wait_event_type, 'CPU') from pg_stat_activity"
                " where application_name = 'pgbench' and state <> 'idle' and wait_event_type is distinct from 'Client'"
            ):
                self.counts[kind] += 1

    def share(self, kind: str) -> float:
        """Of the looks, how many found this kind of wait, stopping to look."""
        self.stopped.set()
        self.join()
        self.connection.close()
        return self.counts[kind] / max(1, self.counts.total())


def rate(dsn: str, name: str, connections: int) -> tuple[float, float]:
    """Commits a second of all connections together, and the share of their time in which they waited for a lock."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(REQUEST.format(role=f"{SCHOOL}_{ROLE.get(name, 'student')}", work=WORK[name]))
        script.flush()
        waits = Waits(dsn)
        waits.start()
        done = subprocess.run(
            [
                str(find_binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={connections}",
                f"--jobs={min(2, connections)}", f"--time={SECONDS}", f"--file={script.name}", dsn,
            ],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise SystemExit(f"pgbench: {done.stderr}")
    return float(found[1]), waits.share("Lock")


def main() -> int:
    """Prints the ratios; 1 if the one that counts is below the bound, or the accounts are out of step."""
    if not Path(find_binaries() / "pgbench").exists():
        print("skipped: these binaries of PostgreSQL come without pgbench")
        return 0
    plan = [(name, many) for many in CONNECTIONS for name in ("updates", "transfers")]
    plan += [("plain", CONNECTIONS[-1]), ("rewards", CONNECTIONS[-1])]
    rates: dict[tuple[str, int], list[tuple[float, float]]] = {item: [] for item in plan}
    with school() as deploy:
        # As the superuser of the throwaway server, who may take any role.
        dsn = psycopg.conninfo.make_conninfo(
            deploy, user="postgres", options=f"-c search_path={SCHOOL},extensions,pg_temp"
        )
        with psycopg.connect(dsn, autocommit=True) as owner:
            prepare(owner)
            for _ in range(ROUNDS):
                for item in plan:
                    rates[item].append(rate(dsn, *item))
            broken = owner.execute("select * from verify_integrity()").fetchall()
    median = {item: statistics.median(found[0] for found in runs) for item, runs in rates.items()}
    locked = {item: statistics.median(found[1] for found in runs) for item, runs in rates.items()}
    for (name, many), per in median.items():
        print(f"{name:9} {many:2} connections: {per:6,.0f}/s, waiting for locks {locked[name, many]:.1%} of the time")
    few, many = CONNECTIONS[0], CONNECTIONS[-1]
    spending = median["transfers", many] / median["updates", many]
    print(f"{many} spenders to {many} unrelated row updates: {spending:.2f} (at least {BOUND})")
    for name in ("updates", "transfers"):
        print(f"{name}, {many} connections to {few}: {median[name, many] / median[name, few]:.2f}")
    print(f"transfers to the same writes without a rule: {median['transfers', many] / median['plain', many]:.2f}")
    rewards = median["rewards", many] / median["transfers", many]
    print(f"rewards, all from one issuing account, to transfers: {rewards:.2f}")
    if broken:
        print(f"out of step: {broken[:3]}")
    return spending < BOUND or bool(broken)


if __name__ == "__main__":
    sys.exit(main())
