-- submission_files_shape: how files that are handed in are named. Only http, https and paths of the application: an address
-- that a browser would run (javascript:) never reaches the grader.
--
-- called by  check_row_shape on exercise_submissions.files
-- errors     none
create or replace function submission_files_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "Files that are handed in",
        "type": "array",
        "maxItems": 20,
        "uniqueItems": true,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "url"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 500},
                "url": {"type": "string", "maxLength": 1000, "pattern": "^(https?:/)?/[!-~]"},
                "mime_type": {"type": "string", "maxLength": 100, "pattern": "^[a-z]+/[a-zA-Z0-9.+-]+$"},
                "size": {"description": "Bytes.", "type": "integer", "minimum": 0, "maximum": 10737418240}
            }
        }
    }'::jsonb;
end;

comment on function submission_files_shape is 'Internal: the shape of exercise_submissions.files.';
-- Granted to nobody: check_row_shape reads it.
revoke all on function submission_files_shape from public;
