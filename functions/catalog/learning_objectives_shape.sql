-- learning_objectives_shape: what is learned: a list of sentences, plain or under the name objectives.
--
-- called by  check_row_shape on courses.learning_objectives and lessons.learning_outcomes
-- errors     none
create or replace function learning_objectives_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "What is learned",
        "anyOf": [
            {"type": "array", "maxItems": 200, "items": {"type": "string", "minLength": 1}},
            {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "objectives": {"type": "array", "maxItems": 200, "items": {"type": "string", "minLength": 1}}
                }
            }
        ]
    }'::jsonb;
end;

comment on function learning_objectives_shape is 'Internal: the shape of courses.learning_objectives and lessons.learning_outcomes.';
-- Granted to nobody: part of checks.
revoke all on function learning_objectives_shape from public;
