"""The templates of this package, templates/: of Python, SQL, Markdown and HTML."""

from __future__ import annotations

import jinja2


def environment(*, is_html: bool = False) -> jinja2.Environment:
    """What renders them. A name that is not given is an error; what is put into HTML is escaped, and nothing else."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("pgacademy"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=is_html,  # noqa: S701 - Python, SQL and Markdown would be spoilt by it
        undefined=jinja2.StrictUndefined,
    )
