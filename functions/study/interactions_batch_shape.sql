-- interactions_batch_shape: many interactions for record_interactions(), as JSON Schema.
--
-- With an id of its own an interaction is imported once, however often it is sent.
--
-- called by  record_interactions; pgacademy.generate, which writes lib/pgacademy/schemas/
-- requires   interaction_data_shape
-- errors     none
-- requires: interaction_data_shape
create or replace function interactions_batch_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select jsonb_set('{
        "title": "Interactions to import",
        "type": "array", "minItems": 1, "maxItems": 10000,
        "items": {
            "type": "object", "additionalProperties": false,
            "required": ["learning_session_id", "interaction_type", "created_at"],
            "properties": {
                "id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                "learning_session_id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                "generated_asset_id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                "interaction_type": {"type": "string", "enum": ["answer", "view", "skip"]},
                "interaction_data": {},
                "is_correct": {"type": "boolean"},
                "response_time_ms": {"type": "integer", "minimum": 0, "maximum": 86400000},
                "confidence_level": {"type": "number", "minimum": 0, "maximum": 1},
                "feedback_data": {"type": "object"},
                "created_at": {
                    "type": "string",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
                }
            }
        }
    }'::jsonb, '{items,properties,interaction_data}', interaction_data_shape());
end;

comment on function interactions_batch_shape is 'Internal: the shape of what record_interactions() takes, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function interactions_batch_shape from public;
