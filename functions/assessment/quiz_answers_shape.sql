-- quiz_answers_shape: what a learner answers, by question; null for no answer. Published for applications: check_answers asks for
-- this and more, since it knows the questions.
--
-- called by  nobody: `python -m pgacademy.generate` publishes it
-- errors     none
create or replace function quiz_answers_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "Answers, by the ids of their questions",
        "type": "object",
        "propertyNames": {"pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "additionalProperties": {
            "anyOf": [
                {"description": "The id of an option, or a text.", "type": "string", "maxLength": 1000},
                {"type": "boolean"},
                {"type": "number"},
                {
                    "description": "Ids of options.",
                    "type": "array",
                    "maxItems": 50,
                    "uniqueItems": true,
                    "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}
                },
                {"type": "null"}
            ]
        }
    }'::jsonb;
end;

comment on function quiz_answers_shape is 'Internal: the shape of quiz_attempts.answers.';
-- Granted to nobody: part of checks.
revoke all on function quiz_answers_shape from public;
