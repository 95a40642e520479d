"""32 people spend at once, each from an account of their own: do they queue anywhere, and what do the rules cost?

Two figures have a bound. 32 spenders to 4, which keep the cores busy as well: fewer transfers a second would mean that
people who share nothing wait for each other. And rewards, which the one issuing account of the school pays, to
transfers: that account must not be a queue.

What a transfer costs is told beside it: to the same number of row writes by plain statements with no rule among them,
and to one updated row, which writes a seventh of that. Each connection loops inside the server, one commit a turn, so
no client is measured. Rounds alternate; the median counts.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
from server import SCHOOL, school

BOUND = 0.8
SPENDERS, FEW, SECONDS, ROUNDS = 32, 4, 3.0, 3

#: What a connection does again and again: {me} and {other} are its own two people, {n} is its number.
WORK = {
    "one updated row": "update bench_rows set note = note + 1 where id = {n};",
    "the same writes": """
        insert into bench_keys (actor, key) values ('{me}', gen_random_uuid()::text) returning key into v_key;
        insert into bench_transactions (user_id, other_id, amount) values ('{me}', '{other}', 1) returning id into v_id;
        update bench_rows set note = note - 1 where id = {n};
        update bench_rows set note = note + 1 where id = {n} + 1000;
        insert into bench_postings values (v_id, '{me}', -1), (v_id, '{other}', 1);
        update bench_keys set reply = '{{"balance": 1}}' where actor = '{me}' and key = v_key;""",
    "transfers": "perform transfer_coins('{other}', 1, gen_random_uuid()::text);",
    "rewards": "perform award_coins('{me}', 1, 'bench', gen_random_uuid());",
}
ROLE = {"transfers": "student"}
TABLES = """
create table bench_rows (id integer primary key, note bigint not null default 0) with (fillfactor = 70);
insert into bench_rows select n from generate_series(1, 2000) as n;
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
update platform_settings set setting_value = '1000000000' where setting_key = 'coins.transfer_daily_max';
"""


def connections(dsn: str) -> Iterator[psycopg.Connection]:
    """As the superuser of the throwaway server, who may take any role."""
    for _ in range(SPENDERS):
        conn = psycopg.connect(psycopg.conninfo.make_conninfo(dsn, user="postgres"), autocommit=True)
        conn.execute("select set_config('search_path', %s, false)", [f"{SCHOOL}, extensions, pg_temp"])
        yield conn


def rate(conns: list[psycopg.Connection], name: str, people: list[tuple[str, str]]) -> float:
    """Commits a second, of all of them together."""
    done = [0] * len(conns)
    barrier = threading.Barrier(len(conns))

    def run(n: int) -> None:
        me, other = people[n]
        conns[n].execute("select set_config('pgacademy.user_id', %s, false)", [me])
        conns[n].execute(f"set role {SCHOOL}_{ROLE.get(name, 'owner')}".encode())
        body = WORK[name].format(me=me, other=other, n=n + 1)
        code = f"""
            do $$
            declare
                v_end timestamptz := clock_timestamp() + interval '{SECONDS} s';
                v_n integer := 0;
                v_key text;
                v_id uuid;
            begin
                while clock_timestamp() < v_end loop
                    {body}
                    commit;
                    v_n := v_n + 1;
                end loop;
                perform set_config('bench.done', v_n::text, false);
            end $$"""
        barrier.wait()
        conns[n].execute(code.encode())
        row = conns[n].execute("select current_setting('bench.done')").fetchone()
        conns[n].execute("reset role")
        done[n] = int(row[0]) if row else 0

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(conns))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)


def main() -> int:
    """Prints the ratios; 1 if one that counts is below the bound."""
    rates: dict[str, list[float]] = {name: [] for name in (*WORK, "transfers by few")}
    with school() as dsn, ExitStack() as stack:
        conns = [stack.enter_context(conn) for conn in connections(dsn)]
        owner = conns[0]
        owner.execute(f"set role {SCHOOL}_owner".encode())
        owner.execute(TABLES.encode())
        ids = [
            str(row[0])
            for row in owner.execute(
                "select register_user(p_email => n || '@example.org') from generate_series(1, %s) as n", [2 * SPENDERS]
            )
        ]
        people = list(zip(ids[::2], ids[1::2], strict=True))
        for me, _ in people:
            owner.execute("select award_coins(%s, 1000000, 'start', null)", [me])
        owner.execute("vacuum analyze")
        for _ in range(ROUNDS):
            for name in WORK:
                rates[name].append(rate(conns, name, people))
            rates["transfers by few"].append(rate(conns[:FEW], "transfers", people))
        broken = owner.execute("select * from verify_integrity()").fetchall()
    median = {name: statistics.median(found) for name, found in rates.items()}
    print(", ".join(f"{name} {per:,.0f}/s" for name, per in median.items()))
    many = median["transfers"] / median["transfers by few"]
    reward = median["rewards"] / median["transfers"]
    print(f"{SPENDERS} spenders to {FEW}: {many:.2f} (at least {BOUND})")
    print(f"rewards, all from one issuing account, to transfers: {reward:.2f} (at least {BOUND})")
    for name in ("the same writes", "one updated row"):
        print(f"transfers to {name}: {median['transfers'] / median[name]:.2f}")
    if broken:
        print(f"out of step: {broken[:3]}")
    return many < BOUND or reward < BOUND or bool(broken)


if __name__ == "__main__":
    sys.exit(main())
