-- question_key_shape: what is right: of a choice, a true or false, a selection or an order; of a text; of a number.
--
-- Which of them belongs to which type of question, and that ids are those of options, is asked by normalise_question.
--
-- called by  check_row_shape on quiz_question_keys.answer_key
-- errors     none
create or replace function question_key_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "What is right",
        "type": "object",
        "anyOf": [
            {
                "required": ["correct"],
                "additionalProperties": false,
                "properties": {
                    "correct": {
                        "anyOf": [
                            {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
                            {"type": "boolean"},
                            {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 50,
                                "uniqueItems": true,
                                "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}
                            }
                        ]
                    }
                }
            },
            {
                "required": ["accepted"],
                "additionalProperties": false,
                "properties": {
                    "accepted": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 100,
                        "items": {
                            "anyOf": [
                                {"type": "string", "minLength": 1, "maxLength": 1000},
                                {
                                    "type": "object",
                                    "additionalProperties": false,
                                    "required": ["text", "credit"],
                                    "properties": {
                                        "text": {"type": "string", "minLength": 1, "maxLength": 1000},
                                        "credit": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
                                    }
                                }
                            ]
                        }
                    },
                    "case_sensitive": {"type": "boolean"}
                }
            },
            {
                "required": ["value"],
                "additionalProperties": false,
                "properties": {
                    "value": {"type": "number"},
                    "tolerance": {"type": "number", "minimum": 0},
                    "partial_tolerance": {"type": "number", "minimum": 0}
                }
            }
        ]
    }'::jsonb;
end;

comment on function question_key_shape is 'Internal: the shape of quiz_question_keys.answer_key.';
-- Granted to nobody: part of checks.
revoke all on function question_key_shape from public;
