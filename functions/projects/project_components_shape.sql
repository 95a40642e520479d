-- project_components_shape: the parts of a project and where they are, as JSON Schema.
--
-- Every key is there and none is unknown, so that an application need not ask. Numbers are of the size that a double holds
-- without surprise.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function project_components_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Components of a project",
        "type": "object", "additionalProperties": false, "required": ["components", "metadata"],
        "properties": {
            "components": {
                "type": "array", "maxItems": 500,
                "items": {
                    "type": "object", "additionalProperties": false,
                    "required": ["id", "type", "name", "properties", "position"],
                    "properties": {
                        "id": {"type": "string", "minLength": 1, "maxLength": 100},
                        "type": {"type": "string", "enum": ["engine", "chassis", "suspension", "tires", "optional"]},
                        "name": {"type": "string", "minLength": 1, "maxLength": 255},
                        "properties": {
                            "type": "object", "additionalProperties": false,
                            "required": ["power", "weight", "efficiency", "durability"],
                            "properties": {
                                "power": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "weight": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "efficiency": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "durability": {"type": "number", "minimum": -1e12, "maximum": 1e12}
                            }
                        },
                        "position": {
                            "type": "object", "additionalProperties": false, "required": ["x", "y", "z"],
                            "properties": {
                                "x": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "y": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "z": {"type": "number", "minimum": -1e12, "maximum": 1e12}
                            }
                        }
                    }
                }
            },
            "metadata": {
                "type": "object", "additionalProperties": false,
                "required": ["totalPower", "totalWeight", "efficiency", "cost"],
                "properties": {
                    "totalPower": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                    "totalWeight": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                    "efficiency": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                    "cost": {"type": "number", "minimum": -1e12, "maximum": 1e12}
                }
            }
        }
    }'::jsonb;
end;

comment on function project_components_shape is 'Internal: the shape of projects.components, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function project_components_shape from public;
