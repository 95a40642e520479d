-- exercise_rubric_shape: how a rubric is written: criteria with the points each is worth, and levels to choose from.
--
-- That ids are there once, that no level is worth more than its criterion, and that all criteria together are worth the
-- exercise's max_score is asked by check_exercise; a JSON Schema cannot say it.
--
-- called by  check_row_shape on exercises.rubric
-- errors     none
create or replace function exercise_rubric_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "The rubric of an exercise",
        "type": "object",
        "additionalProperties": false,
        "required": ["criteria"],
        "properties": {
            "criteria": {
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["id", "title", "max_points"],
                    "properties": {
                        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
                        "title": {"type": "string", "minLength": 1, "maxLength": 500},
                        "description": {"type": "string", "maxLength": 5000},
                        "max_points": {"type": "number", "exclusiveMinimum": 0, "maximum": 10000},
                        "levels": {
                            "description": "What is worth how much.",
                            "type": "array",
                            "maxItems": 20,
                            "items": {
                                "type": "object",
                                "additionalProperties": false,
                                "required": ["title", "points"],
                                "properties": {
                                    "title": {"type": "string", "minLength": 1, "maxLength": 500},
                                    "description": {"type": "string", "maxLength": 5000},
                                    "points": {"type": "number", "minimum": 0, "maximum": 10000}
                                }
                            }
                        }
                    }
                }
            }
        }
    }'::jsonb;
end;

comment on function exercise_rubric_shape is 'Internal: the shape of exercises.rubric.';
-- Granted to nobody: check_row_shape reads it.
revoke all on function exercise_rubric_shape from public;
