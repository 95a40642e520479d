-- submission_content_shape: what a learner may hand in.
--
-- called by  check_row_shape on exercise_submissions.content
-- errors     none
create or replace function submission_content_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "Work that is handed in",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": {"type": "string", "maxLength": 200000},
            "code": {"type": "string", "maxLength": 200000},
            "language": {"type": "string", "minLength": 1, "maxLength": 50},
            "answers": {
                "description": "By the ids of the prompts.",
                "type": "object",
                "maxProperties": 100,
                "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,40}$"},
                "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 20000}
            },
            "data": {"description": "For applications.", "type": "object"}
        }
    }'::jsonb;
end;

comment on function submission_content_shape is 'Internal: the shape of exercise_submissions.content.';
-- Granted to nobody: check_row_shape reads it.
revoke all on function submission_content_shape from public;
