"""Somebody is shut out while a request of theirs is under way: one waits for the other, and no circle comes of it.

Under REPEATABLE READ whoever writes about a person locks their row so that deactivate_user waits for it; from there
that goes on to the counters, the sessions and the projects. So the request has to come by the person first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase
from tests.projects.projects import COMPONENTS, make_project
from tests.support.factories import make_course, make_user
from tests.support.queries import one
from tests.support.stage import Stage, until


@pytest.mark.parametrize(
    ("stops_at", "before", "query"),
    [
        ("user_stats", False, "select enrollment_id from enroll(%s, p_idempotency_key => 'k')"),
        ("project_authors", False, "select project_id from create_project('Boxer', 'car', %s)"),
        ("projects", True, "select update_project(%s, p_title => 'Better')"),
    ],
)
def test_a_request_comes_through(school: SchoolDatabase, stops_at: str, before: bool, query: str) -> None:
    stage, learner, service = Stage(school), school.connect(autocommit=True), school.connect(autocommit=True)
    learner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    user = make_user(stage.owner)
    argument: Any = Jsonb(COMPONENTS)
    if "enroll(" in query:
        argument = make_course(stage.owner).id
    elif "update_project(" in query:
        argument = make_project(stage.owner, user)
    stage.build(stops_at, "before insert or update" if before else "after insert or update")

    with ThreadPoolExecutor(2) as pool, stage.cleared(learner, service):
        stage.shut()
        made = pool.submit(stage.request, learner, user, "student", query, argument)
        until(lambda: stage.waits(learner, "advisory"))
        shut_out = pool.submit(stage.request, service, None, "service", "select deactivate_user(%s)", user)
        until(lambda: stage.waits(service))
        stage.open()
        assert made.result(20)[0] is not None
        shut_out.result(20)

    assert one(stage.owner, "select is_active from users where id = %s", user) is False
    assert stage.owner.execute("select * from verify_integrity()").fetchall() == []
