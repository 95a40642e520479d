-- summary_content_shape: a text and its key points, as JSON Schema.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function summary_content_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Content of a generated summary",
        "type": "object", "additionalProperties": false, "required": ["text"],
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 50000},
            "key_points": {
                "type": "array", "maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 2000}
            }
        }
    }'::jsonb;
end;

comment on function summary_content_shape is 'Internal: the shape of generated_assets.content of a summary, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function summary_content_shape from public;
