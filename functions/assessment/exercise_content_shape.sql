-- exercise_content_shape: what an exercise may be made of.
--
-- That no two prompts have one id is asked by check_exercise; a JSON Schema cannot say it.
--
-- called by  check_row_shape on exercises.content
-- errors     none
create or replace function exercise_content_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "What an exercise is made of",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "instructions": {"type": "string", "maxLength": 50000},
            "prompts": {
                "description": "The questions to answer, each with an id that is there once.",
                "type": "array",
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["id", "text"],
                    "properties": {
                        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
                        "text": {"type": "string", "minLength": 1, "maxLength": 5000},
                        "hint": {"type": "string", "maxLength": 2000}
                    }
                }
            },
            "resources": {
                "description": "What helps with it.",
                "type": "array",
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["title", "url"],
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 500},
                        "url": {"type": "string", "maxLength": 1000, "pattern": "^(https?:/)?/[!-~]"}
                    }
                }
            },
            "starter_code": {"type": "string", "maxLength": 100000},
            "language": {"type": "string", "minLength": 1, "maxLength": 50},
            "data": {"description": "For applications.", "type": "object"}
        }
    }'::jsonb;
end;

comment on function exercise_content_shape is 'Internal: the shape of exercises.content.';
-- Granted to nobody: check_row_shape reads it.
revoke all on function exercise_content_shape from public;
