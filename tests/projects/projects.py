"""Projects to test with: documents of the shape that the requirements show, and rows by the owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from tests.support.factories import insert

Connection = psycopg.Connection[Any]

COMPONENTS: dict[str, Any] = {
    "components": [
        {
            "id": "engine-1",
            "type": "engine",
            "name": "Boxer",
            "properties": {"power": 120, "weight": 140.5, "efficiency": 0.31, "durability": 9},
            "position": {"x": 0, "y": -1.5, "z": 2},
        },
        {
            "id": "tires-1",
            "type": "tires",
            "name": "Slicks",
            "properties": {"power": 0, "weight": 32, "efficiency": 1, "durability": 3},
            "position": {"x": 1, "y": 1, "z": 0},
        },
    ],
    "metadata": {"totalPower": 120, "totalWeight": 172.5, "efficiency": 0.3, "cost": 18000},
}
METRICS: dict[str, Any] = {
    "acceleration": 7.5,
    "topSpeed": 212,
    "handling": 81,
    "efficiency": 64,
    "safety": 77,
    "overall": 74.6,
    "tests": [
        {
            "testType": "windTunnel",
            "results": {"score": 71, "details": {"drag": [0.31, None], "by": {"whom": "Ada"}}},
            "timestamp": "2025-01-15T09:30:00.25Z",
        },
        {"testType": "dyno", "results": {"score": 80, "details": {}}, "timestamp": "2025-01-16T09:30+02:00"},
    ],
}


def token_metadata(project: UUID | str, user: UUID | str) -> dict[str, Any]:
    return {
        "name": "Boxer one",
        "description": "A light car.",
        "image": "ipfs://bafy/car.png",
        "attributes": [
            {"trait_type": "Top speed", "value": 212, "display_type": "number"},
            {"trait_type": "Engine", "value": "Boxer"},
        ],
        "properties": {
            "files": [{"uri": "ipfs://bafy/car.glb", "type": "model/gltf-binary"}],
            "category": "car",
            "project_id": str(project),
            "user_id": str(user),
        },
    }


def make_project(conn: Connection, user: UUID, **columns: Any) -> UUID:
    """A public project, put there by the owner and counted, as create_project() would."""
    defaults = {"user_id": user, "title": "Boxer", "project_type": "car", "components": COMPONENTS, "is_public": True}
    project: UUID = insert(conn, "projects", **defaults | columns)
    conn.execute("select count_deed(%s, 'projects_created')", (user,))
    return project
