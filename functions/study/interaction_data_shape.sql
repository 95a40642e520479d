-- interaction_data_shape: the details of an interaction, as JSON Schema.
--
-- An answer to a generated quiz names the question and the options chosen, from 0; record_interaction() says whether it is
-- right. Other keys are the application's own.
--
-- called by  record_interaction, interactions_batch_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function interaction_data_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Details of an interaction",
        "type": "object", "maxProperties": 50, "additionalProperties": true,
        "properties": {
            "question": {"type": "integer", "minimum": 0, "maximum": 99},
            "options": {
                "type": "array", "maxItems": 20, "uniqueItems": true,
                "items": {"type": "integer", "minimum": 0, "maximum": 19}
            },
            "text": {"type": "string", "maxLength": 10000}
        }
    }'::jsonb;
end;

comment on function interaction_data_shape is 'Internal: the shape of interactions.interaction_data, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function interaction_data_shape from public;
