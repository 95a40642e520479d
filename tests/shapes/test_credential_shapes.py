"""What the database says of certificates and achievements, held against the JSON Schemas that ship with the library.

No package carries the published schema of Open Badges 3.0 (its licence does not let us): REQUIRED names what its
data model (https://www.imsglobal.org/spec/ob/v3p0/, section B.1) demands, and ours must demand no less.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest

import pgacademy
from pgacademy.testing import acting
from tests.credentials.school import by_staff, graduate, set_to, valid
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
SCHEMAS = Path(pgacademy.__file__).parent / "schemas"
#: Path in the document -> what Open Badges 3.0 requires there.
REQUIRED = {
    (): {"@context", "id", "type", "credentialSubject", "issuer", "validFrom"},
    ("issuer",): {"id", "type"},
    ("credentialSubject",): {"type", "achievement"},
    ("credentialSubject", "achievement"): {"id", "type", "criteria", "description", "name"},
    ("credentialSubject", "identifier", 0): {"type", "hashed", "identityHash", "identityType"},
}
BREAKS: list[tuple[tuple[Any, ...], Any]] = [
    (("@context", 0), "https://www.w3.org/2018/credentials/v1"),
    (("type", 1), "VerifiableCredential"),
    (("id",), "not a uri"),
    (("validFrom",), "2024-05-01"),
    (("validFrom",), "2024-05-01T12:00:00"),
    (("issuer",), "https://school.example"),
    (("issuer", "id"), "school"),
    (("credentialSubject", "type"), ["Person"]),
    (("credentialSubject", "identifier"), []),
    (("credentialSubject", "email"), "ada@example.org"),
    (("credentialSubject", "identifier", 1, "identityHash"), "ada@example.org"),
    (("credentialSubject", "achievement", "achievementType"), "Medal"),
    (("credentialSubject", "achievement", "criteria"), {}),
]


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def issuer(conn: Connection) -> None:
    set_to(conn, "credentials.issuer_id", "did:web:school.example")
    set_to(conn, "credentials.issuer_name", "The School")
    set_to(conn, "credentials.issuer_url", "https://school.example/")


def of_certificate(conn: Connection, **columns: Any) -> Any:
    issuer(conn)
    ada = graduate(conn, **columns)
    with acting(conn, ada.user, "student"):
        return one(conn, "select open_badge_credential(%s)", valid(conn, ada.enrollment))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@pytest.mark.parametrize(
    "columns",
    [
        {"email_verified": False},
        {"email_verified": True},
        {"email": None},
        {"email_verified": False, "full_name": 'A "quoted" \\ name'},
    ],
)
def test_a_certificate_as_an_open_badge(db: Connection, columns: dict[str, Any]) -> None:
    document = of_certificate(db, **columns)
    validator("open_badge_credential").validate(document)
    for path, names in REQUIRED.items():
        assert names <= set(at(document, path)), path
    assert "proof" not in document
    assert document["credentialSubject"]["achievement"]["achievementType"] == "CertificateOfCompletion"
    name, *others = document["credentialSubject"]["identifier"]
    assert name["identityHash"] == columns.get("full_name", "Ada Lovelace")
    assert len(others) == (1 if columns.get("email_verified") else 0)


def test_an_email_is_there_for_who_knows_it(db: Connection) -> None:
    document = of_certificate(db, email="Ada@Example.org", email_verified=True)
    assert "ada@example.org" not in json.dumps(document).lower()
    identity = document["credentialSubject"]["identifier"][1]
    expected = hashlib.sha256(("ada@example.org" + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"


@pytest.mark.parametrize("of_course", [False, True])
def test_an_achievement_as_an_open_badge(db: Connection, of_course: bool) -> None:
    issuer(db)
    ada = make_user(db, full_name="Ada Lovelace")
    achievement = insert(
        db, "achievements", slug="steps", title="Steps", description="Ten steps", icon_url="https://school.example/i.png",
        criteria={"metric": "lessons_completed", "threshold": 10},
    )  # fmt: skip
    earned = insert(
        db, "user_achievements", user_id=ada, achievement_id=achievement, title="Steps", description="Ten steps",
        achievement_type="milestone", icon_url="https://school.example/i.png",
        course_id=make_course(db).id if of_course else None,
    )  # fmt: skip
    db.execute("update user_stats set achievements_earned = 1 where user_id = %s", (ada,))
    document = one(db, "select open_badge_credential(p_user_achievement_id => %s)", earned)
    validator("open_badge_credential").validate(document)
    subject = document["credentialSubject"]["achievement"]
    assert subject["image"] == {"id": "https://school.example/i.png", "type": "Image"}
    assert subject["criteria"]["narrative"].startswith("Reached 10 lessons completed")
    assert ("in the course" in subject["criteria"]["narrative"]) is of_course
    with acting(db, ada, "student"):
        assert one(db, "select open_badge_credential(p_user_achievement_id => %s)", earned) == document


def test_the_schema_can_say_no_and_demands_what_open_badges_demand(db: Connection) -> None:
    good, schema = of_certificate(db, email_verified=True), validator("open_badge_credential")
    for path, value in BREAKS:
        document = copy.deepcopy(good)
        at(document, path[:-1])[path[-1]] = value
        assert not schema.is_valid(document), (path, value)
    for path, names in REQUIRED.items():
        for name in names:
            document = copy.deepcopy(good)
            del at(document, path)[name]
            assert not schema.is_valid(document), (path, name)


def test_whose_and_of_what(db: Connection) -> None:
    ada = graduate(db)
    certificate = valid(db, ada.enrollment)
    badge = "select open_badge_credential(%s, %s)"
    with raises_sqlstate("PA409", conn=db):
        one(db, badge, certificate, None)
    issuer(db)
    for arguments in ((None, None), (certificate, certificate)):
        with raises_sqlstate("PA422", conn=db):
            one(db, badge, *arguments)
    with raises_sqlstate("PA404", conn=db), acting(db, make_user(db), "student"):
        one(db, badge, certificate, None)
    by_staff(db, ada.course, "select revoke_certificate(%s, 'copied')", certificate)
    with raises_sqlstate("PA409", conn=db):
        one(db, badge, certificate, None)


@pytest.mark.parametrize("title", ["Course", 'With "quotes" and \\', "x" * 500])
def test_the_metadata_of_a_token(db: Connection, title: str) -> None:
    ada = graduate(db, make_course(db, lessons=1, title=title))
    metadata = one(
        db, "select metadata from mint_certificate(%s, 'hedera', 'testnet', '0.0.9', 'ipfs://image', 'k')",
        valid(db, ada.enrollment),
    )  # fmt: skip
    schema = validator("certificate_metadata")
    schema.validate(metadata)
    for path, value in ((("image",), "javascript:x"), (("attributes",), []), (("recipient",), "Ada")):
        broken = copy.deepcopy(metadata)
        at(broken, path[:-1])[path[-1]] = value
        assert not schema.is_valid(broken)
