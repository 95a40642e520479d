-- content_chunks_shape: a material in pieces, in their order, for store_chunks(), as JSON Schema.
--
-- called by  store_chunks; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function content_chunks_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Chunks of a study material",
        "type": "array", "minItems": 1, "maxItems": 5000,
        "items": {
            "type": "object", "additionalProperties": false, "required": ["content"],
            "properties": {
                "content": {"type": "string", "minLength": 1, "maxLength": 100000},
                "chunk_type": {"type": "string", "pattern": "^[a-z][a-z_]{0,49}$"},
                "metadata": {"type": "object"},
                "word_count": {"type": "integer", "minimum": 0, "maximum": 100000},
                "language": {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?$"},
                "summary": {"type": "string", "maxLength": 20000},
                "relevance_score": {"type": "number", "minimum": 0, "maximum": 1}
            }
        }
    }'::jsonb;
end;

comment on function content_chunks_shape is 'Internal: the shape of what store_chunks() takes, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function content_chunks_shape from public;
