-- flashcard_content_shape: the two sides of a flashcard, as JSON Schema.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function flashcard_content_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Content of a flashcard",
        "type": "object", "additionalProperties": false, "required": ["front", "back"],
        "properties": {
            "front": {"type": "string", "minLength": 1, "maxLength": 5000},
            "back": {"type": "string", "minLength": 1, "maxLength": 5000},
            "hint": {"type": "string", "minLength": 1, "maxLength": 1000}
        }
    }'::jsonb;
end;

comment on function flashcard_content_shape is 'Internal: the shape of generated_assets.content of a flashcard, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function flashcard_content_shape from public;
