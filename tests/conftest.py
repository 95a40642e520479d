"""Fixtures of our own suite are those of the plugin that ships: school, db, person. See docs/testing.md.

What only our tests need is imported by name: `from tests.support.factories import make_user`.
"""

pytest_plugins = ["pgacademy.testing"]
