"""What the audit trail costs a change of one row, and what sealing it costs.

- A request that changes one row of a table that is audited, to the same with the table's audit trigger disabled:
  pgbench, `begin`, role, identity and address, one UPDATE of the person's own row under its policies, a `commit` that
  waits for the disk. Rounds of the two alternate; the median of their ratios counts.
- Told: the same where each request has an id of its own; the same for an UPDATE alone by the owner, without a commit
  that waits; rows sealed and verified a second.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from server import SCHOOL, school

from pgacademy.embedded import find_binaries

Connection = psycopg.Connection[Any]

BOUND = 1.35
SECONDS, ROUNDS, PEOPLE = 1, 15, 1000

REQUEST = f"""\\set n random(1, {PEOPLE})
begin;
select set_config('role', '{SCHOOL}_student', true), set_config('pgacademy.user_id', p.me::text, true),
    set_config('pgacademy.ip_address', '192.0.2.7', true)
from bench_people as p where p.id = :n;
update users set bio = md5(random()::text) where id = (select current_user_id());
commit;
"""
NAMED = REQUEST.replace(
    "from bench_people", ", set_config('pgacademy.request_id', gen_random_uuid()::text, true)\nfrom bench_people"
)
ALONE = f"""\\set n random(1, {PEOPLE})
update users set bio = md5(random()::text) where id = (select p.me from bench_people as p where p.id = :n);
"""


def latency(dsn: str, text: str) -> float:
    """Milliseconds of one transaction of one connection."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(text)
        script.flush()
        done = subprocess.run(
            [
                str(find_binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--client=1",
                f"--time={SECONDS}", f"--file={script.name}", dsn,
            ],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"^latency average = ([0-9.]+) ms", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise SystemExit(f"pgbench: {done.stderr}")
    return float(found[1])


def compared(owner: Connection, dsn: str, text: str) -> tuple[float, float, float]:
    """Latency with and without the trigger, and the median of the ratios of a round."""
    rounds = []
    for number in range(ROUNDS):
        pair = {}
        for state in ("enable", "disable") if number % 2 else ("disable", "enable"):
            owner.execute(f"alter table users {state} trigger audit_row".encode())
            pair[state] = latency(dsn, text)
        rounds.append((pair["enable"], pair["disable"]))
    owner.execute("alter table users enable trigger audit_row")
    audited, bare = (statistics.median(side) for side in zip(*rounds, strict=True))
    return audited, bare, statistics.median(one / other for one, other in rounds)


def main() -> int:
    """Prints the ratios; 1 if the one that counts is above its bound, or the trail is not as it was sealed."""
    if not Path(find_binaries() / "pgbench").exists():
        print("skipped: these binaries of PostgreSQL come without pgbench")
        return 0
    with school() as deploy:
        # As the superuser of the throwaway server, who may take any role.
        dsn = make_conninfo(deploy, user="postgres", options=f"-c search_path={SCHOOL},extensions,pg_temp")
        with psycopg.connect(dsn, autocommit=True) as owner:
            owner.execute(f"set role {SCHOOL}_owner".encode())
            owner.execute("create table bench_people (id integer primary key, me uuid not null)")
            owner.execute("alter table bench_people disable row level security")
            owner.execute(f"grant select on bench_people to {SCHOOL}_student".encode())
            owner.execute(
                "insert into bench_people select n, register_user(p_email => 'a' || n || '@example.org')"
                " from generate_series(1, %s) as n",
                [PEOPLE],
            )
            owner.execute("vacuum analyze")
            audited, bare, ratio = compared(owner, dsn, REQUEST)
            measured = f"{audited:.3f} ms to {bare:.3f} ms: {ratio:.2f}"
            print(f"a request that changes one row, audited: {measured} (at most {BOUND})")
            one, other, named = compared(owner, dsn, NAMED)
            print(f"the same, each with an id of its own: {one:.3f} ms to {other:.3f} ms: {named:.2f} (told)")
            owner.execute("set synchronous_commit = off")
            quick = make_conninfo(dsn, options=f"-c search_path={SCHOOL},extensions,pg_temp -c synchronous_commit=off")
            one, other, alone = compared(owner, quick, ALONE)
            print(f"the UPDATE alone, not waiting for the disk: {one:.3f} ms to {other:.3f} ms: {alone:.2f} (told)")
            begun = time.perf_counter()
            rows = sum(count for _, _, count, _ in owner.execute("select * from seal_audit_logs()"))
            sealed = time.perf_counter()
            broken = owner.execute("select * from verify_audit_seals()").fetchall()
            verified = time.perf_counter()
    print(f"sealed {rows / (sealed - begun):,.0f} rows a second, verified {rows / (verified - sealed):,.0f} (told)")
    if broken:
        print(f"not as it was sealed: {broken[:3]}")
    return ratio > BOUND or bool(broken)


if __name__ == "__main__":
    sys.exit(main())
