"""One run of migrate as a program: DSN, tree, school. It says `ready`, waits for a line, and says what it gets done."""

from __future__ import annotations

import sys
from pathlib import Path

from pgacademy import migrations, sources
from pgacademy.errors import PgacademyError


def main() -> int:
    dsn, root, school = sys.argv[1:4]
    tree = sources.Tree(Path(root))
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        migrations.migrate(dsn, school, lambda what, done, total: print(what, done, total, flush=True), tree_=tree)
    except PgacademyError as exc:
        print(f"{type(exc).__name__}: {exc} {exc.detail or ''}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
