-- question_options_shape: what there is to choose from, or to put in order, as it is kept and shown: nothing in it says what is
-- right. What add_question takes is wider; normalise_question makes this of it.
--
-- That no id is there twice is asked by normalise_question.
--
-- called by  check_row_shape on quiz_questions.options
-- errors     none
create or replace function question_options_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "The options of a question",
        "type": "array",
        "minItems": 2,
        "maxItems": 50,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["id", "text"],
            "properties": {
                "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
                "text": {"type": "string", "minLength": 1, "maxLength": 2000}
            }
        }
    }'::jsonb;
end;

comment on function question_options_shape is 'Internal: the shape of quiz_questions.options.';
-- Granted to nobody: part of checks.
revoke all on function question_options_shape from public;
