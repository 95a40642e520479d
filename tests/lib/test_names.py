"""Names of schools: what is no plain name is refused before anything is sent, and nothing else."""

from __future__ import annotations

import psycopg
import pytest

from pgacademy import lifecycle, migrations, roles
from pgacademy.connection import Connection, connect
from pgacademy.errors import UsageError
from pgacademy.settings import school_name

HOSTILE = [
    "a; drop schema academy",
    'a"b',
    "a'b",
    "a b",
    "a-b",
    "a.b",
    "a$b",
    "$$",
    "%(school)s",
    "{a}",
    "Ä",
    "é",
    "ａcademy",
    "a\u0301b",
    "Academy",
    "",
    " academy",
    "academy ",
    "academy\n",
    "a\x00b",
    "1a",
    "_a",
    "a" * 41,
]
RESERVED = ["pg_x", "pg_catalog", "public", "pgacademy", "extensions", "information_schema"]
SQL_WORDS = ["user", "select", "table", "order", "system_user", "default", "left"]


@pytest.mark.parametrize("name", [*HOSTILE, *RESERVED, *SQL_WORDS])
def test_a_name_that_nobody_could_type_plainly_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        school_name(name)
    assert refused.value.hint
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("name", ["a", "a" * 40, "riverside_2", "x1", "users", "names", "ordering", "time", "pgx"])
def test_plain_names_are_taken(name: str) -> None:
    assert school_name(name) == name


def test_every_word_that_the_server_wants_quoted_is_refused(deploy: Connection) -> None:
    words = [row[0] for row in deploy.execute("select word from pg_get_keywords() where catcode in ('R', 'T')")]
    for word in words:
        with pytest.raises(UsageError):
            school_name(word)
    for word in [row[0] for row in deploy.execute("select word from pg_get_keywords() where catcode in ('U', 'C')")]:
        with pytest.raises(psycopg.errors.InvalidSchemaName):  # and not a syntax error: the word needs no quotes
            deploy.execute(f"alter schema {word} rename to {word}x")


@pytest.mark.parametrize("name", ["a; drop schema academy", "", "pg_x", "select", "a" * 41, "a\x00b"])
def test_nothing_is_changed_for_a_name_that_is_refused(name: str, dsn: str, deploy: Connection) -> None:
    def world() -> list[tuple[object, ...]]:
        return deploy.execute(
            "select 'schema', nspname::text from pg_namespace where nspname !~ '^pg_t' "
            "union all select 'role', rolname from pg_roles order by 1, 2"
        ).fetchall()

    before = world()
    with pytest.raises(UsageError):
        migrations.migrate(dsn, name)
    with pytest.raises(UsageError):
        lifecycle.rename(dsn, "academy", name)
    with pytest.raises(UsageError), connect(dsn) as other:
        roles.apply_roles(other, name)
    assert world() == before
