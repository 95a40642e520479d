-- lesson_materials_shape: what comes with a lesson: notes, links and files. Only http, https and paths of the
-- application: an address that a browser would run (javascript:) never reaches a learner.
--
-- called by  check_row_shape on lessons.materials
-- errors     none
create or replace function lesson_materials_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "What comes with a lesson",
        "type": "array",
        "maxItems": 200,
        "items": {
            "anyOf": [
                {"description": "A note, or a title.", "type": "string", "minLength": 1},
                {
                    "description": "A link or a file.",
                    "type": "object",
                    "required": ["title", "url"],
                    "additionalProperties": false,
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 500},
                        "url": {"type": "string", "maxLength": 1000, "pattern": "^(https?:/)?/[!-~]"},
                        "type": {"enum": ["link", "document", "video", "audio", "image", "code", "data", "other"]},
                        "description": {"type": "string", "maxLength": 5000},
                        "mime_type": {"type": "string", "maxLength": 100, "pattern": "^[a-z]+/[a-zA-Z0-9.+-]+$"},
                        "size": {"description": "Bytes.", "type": "integer", "minimum": 0, "maximum": 10737418240}
                    }
                }
            ]
        }
    }'::jsonb;
end;

comment on function lesson_materials_shape is 'Internal: the shape of lessons.materials.';
-- Granted to nobody: part of checks.
revoke all on function lesson_materials_shape from public;
