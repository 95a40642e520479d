"""Every `pgacademy …` that a page shows is one the program would take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from pgacademy.cli import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAM = typer.main.get_command(load())

_FENCE = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"^ *\$ (?:[A-Z_]+=\S+ )?pgacademy (.*)$", re.MULTILINE)
_MENTIONED = re.compile(r"`(?:[A-Z_]+=\S+ )?pgacademy ([a-z][^`]*)`")


def shown() -> list[tuple[str, str]]:
    """Page and arguments of every command in a block of console."""
    found = []
    for page in PAGES:
        for block in _FENCE.findall(page.read_text()):
            found += [(page.name, line) for line in _SHOWN.findall(block.replace("\\\n", " "))]
    return found


def mentioned() -> list[tuple[str, str]]:
    """Page and arguments of every command within a sentence, where they need not be complete."""
    pages = [(page.name, _FENCE.sub("", page.read_text())) for page in PAGES]
    return [(name, arguments) for name, text in pages for arguments in _MENTIONED.findall(text)]


def words(arguments: str) -> list[str]:
    found = shlex.split(arguments, comments=True)
    return found[: next((at for at, word in enumerate(found) if word in (">", "|", "<")), len(found))]


def command(arguments: list[str]) -> tuple[Any, list[str]]:
    """The command that is meant, and the arguments after its name."""
    found: Any = PROGRAM
    while arguments and getattr(found, "commands", None):
        assert arguments[0] in found.commands, f"there is no command {arguments[0]!r}"
        found, arguments = found.commands[arguments[0]], arguments[1:]
    return found, arguments


def parse(arguments: str) -> None:
    found, rest = command(words(arguments))
    found.make_context("pgacademy", rest)  # parses, and runs nothing


def unknown_options(arguments: str) -> list[str]:
    found, rest = command(words(arguments))
    known = {name for parameter in found.params for name in parameter.opts}
    return [word for word in rest if word.startswith("--") and word != "--" and word.partition("=")[0] not in known]


@pytest.mark.parametrize(("page", "arguments"), shown())
def test_what_is_shown_can_be_typed(page: str, arguments: str) -> None:
    parse(arguments)


@pytest.mark.parametrize(("page", "arguments"), mentioned())
def test_what_is_mentioned_exists(page: str, arguments: str) -> None:
    assert unknown_options(arguments) == []


def test_pages_are_read() -> None:
    for name in ("README.md", "migrations.md"):
        assert [arguments for page, arguments in shown() if page == name]
    assert mentioned()


def test_every_command_of_a_school_is_shown() -> None:
    """The runbook leaves none out of those that a DBA runs against a school."""
    names = {words(arguments)[0] for page, arguments in shown() if page == "migrations.md"}
    assert names >= {"roles", "migrate", "plan", "status", "history", "verify", "baseline", "rollback", "new"}
    assert names >= {"schools", "rename", "drop", "reset", "mark"}


@pytest.mark.parametrize("wrong", ["migrate --shcool a", "rollback", "plan --lock-timeout 2", "migrate --jobs many"])
def test_what_the_program_refuses_is_found(wrong: str) -> None:
    usage_error = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
    with pytest.raises(usage_error):
        parse(wrong)


def test_options_and_commands_that_do_not_exist_are_found() -> None:
    assert unknown_options("verify --scratch --repair") == ["--scratch"]
    with pytest.raises(AssertionError):
        command(["migrat"])
