"""Migration files: what they say of themselves, and which are refused before anything is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yoyo
from yoyo.migrations import get_migration_hash, topological_sort

from pgacademy import bookkeeping, embedded, migrations
from pgacademy.connection import connect
from pgacademy.errors import MigrationError
from pgacademy.steps import Step, check, directives, read_steps
from tests.lib.conftest import Yard

GOOD = "create table things (id bigint primary key);\n"


def step(folder: Path, text: str | bytes, name: str = "0003.make-things.sql") -> Step:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Step(path.stem, path)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("", "transactional"),
        ("-- transactional: true\n", "transactional"),
        ("-- transactional: FALSE\n", "concurrent"),
        ("-- about it\n\n-- backfill: things\n-- batch: 10\n", "backfill"),
        (GOOD + "-- transactional: false\n", "transactional"),  # too late: yoyo does not read it there either
        ("-- it says transactional: false somewhere\n", "transactional"),
    ],
)
def test_the_header_tells_the_kind(tmp_path: Path, header: str, kind: str) -> None:
    assert step(tmp_path, header + GOOD).kind == kind


def test_directives_may_be_repeated() -> None:
    assert directives("-- depends: a\n--depends:b c\n") == {"depends": "a b c"}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD + "set local statement_timeout = '1h'; set constraints all deferred;\n",
        "create function f() returns int language sql begin atomic select 1; end;\n",
        "create function f() returns int language plpgsql as $$ begin return 1; end $$;\n",
        "do $$ begin perform 1; end $$;\n",
        "select 'commit; \\copy'; -- rollback;\n",
        "select pg_advisory_unlock(1); -- not pg_advisory_unlock_all()\n",
        "refresh materialized view concurrently seen;\n",
        "-- transactional: false\ncreate index concurrently things_id_idx on things (id);\n",
        "-- transactional: false\nalter type mood add value if not exists 'fair' before 'good';\n",
        "-- transactional: false\nalter table parts detach partition parts_1 finalize;\n",
        "-- transactional: false\nreindex (verbose, concurrently) table things;\n",
        "-- transactional: false\nvacuum (analyze) things;\n",
        "-- backfill: things\nupdate things set x = 1 where id > :from_key and id <= :to_key;\n",
    ],
)
def test_good_files(tmp_path: Path, text: str) -> None:
    check(step(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "sql"),
        (" \n\t\n", "sql"),
        ("-- only\n/* comments */;;\n", "sql"),
        (GOOD + "\\i other.sql\n", "line 2"),
        ("\\copy things from 'a'\n", "line 1"),
        (GOOD + "\nbegin;\n", "line 3"),
        (GOOD + "Start Transaction;\n", "line 2"),
        (GOOD + "commit;\n", "line 2"),
        (GOOD + "end;\n", "line 2"),
        (GOOD + "rollback;\n", "line 2"),
        (GOOD + "abort;\n", "line 2"),
        (GOOD + "savepoint a;\n", "line 2"),
        (GOOD + "release a;\n", "line 2"),
        (GOOD + "rollback to savepoint a;\n", "line 2"),
        (GOOD + "prepare transaction 'a';\n", "line 2"),
        (GOOD + "set search_path to public;\n", "line 2"),
        (GOOD + "set session role postgres;\n", "line 2"),
        (GOOD + "reset role;\n", "line 2"),
        (GOOD + "discard all;\n", "line 2"),
        (GOOD + "copy things from stdin;\n", "line 2"),
        (GOOD + "create index concurrently on things (id);\n", "line 2"),
        (GOOD + "select 'open;\n", "line 2"),
        (GOOD + "select pg_advisory_unlock_all();\n", "line 2"),
        (GOOD + "do $$ begin perform pg_catalog.PG_advisory_unlock_all(); end $$;\n", "line 2"),
        ("-- transactional: perhaps\n" + GOOD, "perhaps"),
        ("-- transactional: false\n" + GOOD + GOOD, "2 statements"),
        ("-- transactional: false\nbegin;\n", "line 2"),
        ("-- transactional: false\n" + GOOD, "line 2"),
        ("-- transactional: false\n\ninsert into things values (1);\n", "line 3"),
        ("-- transactional: false\ncreate index things_id_idx on things (id);\n", "line 2"),
        ("-- transactional: false\ndrop index things_id_idx;\n", "line 2"),
        ("-- transactional: false\nreindex table things;\n", "line 2"),
        ("-- transactional: false\nalter table parts detach partition parts_1;\n", "line 2"),
        ("-- transactional: false\nalter type mood add value 'fair';\n", "line 2"),
        ("-- transactional: false\nrefresh materialized view concurrently seen;\n", "line 2"),
        ("-- transactional: false\nanalyze things;\n", "line 2"),
        ("-- transactional: false\ncall work_in_parts();\n", "line 2"),
        ("-- transactional: false\ndo $$ begin commit; end $$;\n", "line 2"),
        ("-- backfill: things\nupdate things set x = 1;\n", "sql"),
        ("-- backfill: things\nupdate things set x = 1 where id > :from_key and id <= :to_key; select 1;\n", "sql"),
        ("-- backfill: things\ncommit;\n", "line 2"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(MigrationError, match=r"^0003\.make-things\.sql") as caught:
        check(step(tmp_path, text))
    assert where in caught.value.message
    assert caught.value.hint


def test_a_rollback_file_has_the_same_faults(tmp_path: Path) -> None:
    made = step(tmp_path, GOOD)
    (tmp_path / "0003.make-things.rollback.sql").write_text("drop table things;\ncommit;\n")
    with pytest.raises(MigrationError, match=r"^0003\.make-things\.rollback\.sql, line 2"):
        check(made)


def test_a_backfill_may_be_impossible_to_take_back(tmp_path: Path) -> None:
    made = step(tmp_path, "-- backfill: things\nupdate things set x = 1 where id > :from_key and id <= :to_key;\n")
    (tmp_path / "0003.make-things.rollback.sql").write_text("-- What stood there before is gone.\n")
    check(made)


def test_two_files_of_one_number(tmp_path: Path) -> None:
    step(tmp_path, GOOD, "0003.a.sql")
    step(tmp_path, GOOD, "0003.b.sql")
    with pytest.raises(MigrationError, match=r"0003\.a\.sql and 0003\.b\.sql"):
        read_steps(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("0003.latin.sql", "-- caf\xe9\n".encode("latin-1") + GOOD.encode()),
        ("0003.python.py", b"steps = []\n"),
        ("0003.needy.sql", b"-- depends: 0002.nobody\n" + GOOD.encode()),
    ],
)
def test_files_that_cannot_stand_there(tmp_path: Path, name: str, text: bytes) -> None:
    step(tmp_path, GOOD, "0001.first.sql")
    assert len(read_steps(tmp_path)) == 1  # a file that comes later is seen all the same
    (tmp_path / name).write_bytes(text)
    with pytest.raises(MigrationError, match=name.replace(".", r"\.")):
        read_steps(tmp_path)


@pytest.mark.parametrize(("letter", "most"), [("a", 237), ("ü", 118)])
def test_a_name_that_leaves_none_for_the_rollback_file(tmp_path: Path, letter: str, most: int) -> None:
    """255 bytes are what file systems take."""
    good = step(tmp_path, GOOD, f"0003.{letter * most}.sql")
    good.rollback_path.write_text("drop table things;\n")
    for found in read_steps(tmp_path):
        check(found)
    step(tmp_path, GOOD, f"0004.{letter * (most + 1)}.sql")
    with pytest.raises(MigrationError, match=r"^0004\."):
        read_steps(tmp_path)


def test_a_circle(tmp_path: Path) -> None:
    step(tmp_path, "-- depends: 0002.b\n" + GOOD, "0001.a.sql")
    step(tmp_path, "-- depends: 0001.a\n" + GOOD, "0002.b.sql")
    with pytest.raises(MigrationError, match=r"0001\.a"):
        read_steps(tmp_path)


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    made = step(tmp_path, GOOD)
    before = read_steps(tmp_path)[0].sha256
    made.path.write_text(GOOD + "select 1;\n")
    assert read_steps(tmp_path)[0].sha256 != before


def test_a_name_is_utf_8(tmp_path: Path) -> None:
    (tmp_path / "0001.caf\N{LATIN SMALL LETTER E WITH ACUTE}\xa0.sql").write_text(GOOD)
    assert len(read_steps(tmp_path)) == 1
    (tmp_path / os.fsdecode(b"0002.caf\xe9.sql")).write_text(GOOD)
    with pytest.raises(MigrationError, match=r"0002\.caf\\udce9\.sql"):
        read_steps(tmp_path)


@pytest.mark.parametrize("later", ["create table late (id int primary key); commit;", "\\i x.sql", "--", b"\xff"])
def test_a_bad_file_changes_nothing(yard: Yard, later: str | bytes) -> None:
    """Also not by the good files before it, nor by making the school."""
    path = yard.root / "migrations" / "0003.bad.sql"
    path.write_bytes(later if isinstance(later, bytes) else later.encode())
    with pytest.raises(MigrationError, match=r"0003\.bad\.sql"):
        yard.migrate()
    with connect(yard.dsn) as connection:
        assert connection.execute("select to_regnamespace('academy')").fetchone() == (None,)
    path.unlink()
    yard.migrate()
    path.write_bytes(later if isinstance(later, bytes) else later.encode())
    with pytest.raises(MigrationError):
        yard.migrate()
    assert yard.ask("select to_regclass('late')") == [None]


def test_a_role_that_lacks_a_privilege(yard: Yard, server: embedded.Server) -> None:
    """What the server refuses is said with its SQLSTATE, file and line, and nothing stays."""
    with psycopg.connect(server.dsn(yard.dsn.rpartition("dbname=")[2].split()[0], "postgres")) as admin:
        admin.execute("create table public.theirs (id int primary key)")
    yard.write("migrations/0003.reach.sql", "create table mine (id int primary key);\n\nselect * from public.theirs;\n")
    with pytest.raises(MigrationError, match=r"^0003\.reach\.sql, line 3") as caught:
        yard.migrate()
    assert caught.value.sqlstate == "42501"
    assert yard.ask("select to_regclass('mine')") == [None]
    assert migrations.status(yard.dsn, "academy", tree_=yard.tree).pending == ("0003.reach",)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"0001.a": "", "0002.b": "0001.a", "0003.c": ""},
        {"b": "", "a": "", "a-b": "", "a.b": "", "B": "", "é": ""},  # the order is that of the names with their suffix
        {"0001.a": "0003.c", "0002.b": "", "0003.c": ""},
        {"0001.a": "0002.b", "0002.b": "0003.c", "0003.c": ""},
        {"0001.a": "0004.d 0003.c", "0002.b": "0001.a", "0003.c": "", "0004.d": "", "0005.e": ""},
        {"0001.a": "", "post-apply": "", "post-apply-2": "", "_tmp_yoyonew1": "", "": ""},
    ],
)
def test_the_order_is_yoyos(tmp_path: Path, files: dict[str, str]) -> None:
    for name, depends in files.items():
        (tmp_path / f"{name}.sql").write_text(f"-- depends: {depends}\n{GOOD}", encoding="utf-8")
        (tmp_path / f"{name}.rollback.sql").write_text("drop table things;\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a migration", encoding="utf-8")
    (tmp_path / "folder.sql").mkdir()
    theirs = [migration.id for migration in topological_sort(yoyo.read_migrations(str(tmp_path)))]
    assert [found.id for found in read_steps(tmp_path)] == theirs
    for name in files:
        assert bookkeeping.yoyos_hash(name) == get_migration_hash(name)


def test_what_plain_files_do_without_is_not_read_in(tmp_path: Path) -> None:
    step(tmp_path, GOOD)
    program = (
        "import sys; from pathlib import Path; from pgacademy import migrations, steps; "
        "[found] = steps.read_steps(Path(sys.argv[1])); steps.check(found); "
        "names = ('backfills', 'baselines', 'concurrently', 'lock_levels', 'rollbacks'); "
        "ours = {f'pgacademy.{name}' for name in names}; "
        "sys.exit(', '.join(sys.modules.keys() & (ours | {'jinja2', 'rich', 'typer', 'yoyo'})) or None)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0
