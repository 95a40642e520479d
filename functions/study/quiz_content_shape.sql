-- quiz_content_shape: the questions of a generated quiz, as JSON Schema.
--
-- A quiz for practice: whoever owns the material sees what is right. Quizzes that count are those of the domain assessment.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function quiz_content_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Content of a generated quiz",
        "type": "object", "additionalProperties": false, "required": ["questions"],
        "properties": {
            "questions": {
                "type": "array", "minItems": 1, "maxItems": 100,
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["question", "options"],
                    "properties": {
                        "question": {"type": "string", "minLength": 1, "maxLength": 5000},
                        "options": {
                            "type": "array", "minItems": 2, "maxItems": 20,
                            "items": {
                                "type": "object", "additionalProperties": false, "required": ["text", "is_correct"],
                                "properties": {
                                    "text": {"type": "string", "minLength": 1, "maxLength": 2000},
                                    "is_correct": {"type": "boolean"}
                                }
                            }
                        },
                        "explanation": {"type": "string", "minLength": 1, "maxLength": 5000}
                    }
                }
            }
        }
    }'::jsonb;
end;

comment on function quiz_content_shape is 'Internal: the shape of generated_assets.content of a quiz, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function quiz_content_shape from public;
