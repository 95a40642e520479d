-- rubric_points_shape: how points are given by a rubric: {"<id of a criterion>": {"points": n, "comment": ...}, ...}.
--
-- That every criterion of the exercise is named, and given no more than it is worth, is asked by rubric_grading.
--
-- called by  rubric_grading
-- errors     none
create or replace function rubric_points_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "Points given by a rubric, criterion by criterion",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 50,
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,40}$"},
        "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "required": ["points"],
            "properties": {
                "points": {"type": "number", "minimum": 0, "maximum": 10000},
                "comment": {"type": "string", "maxLength": 5000}
            }
        }
    }'::jsonb;
end;

comment on function rubric_points_shape is 'Internal: the shape of the points that a grader gives by a rubric.';
-- Granted to nobody: grade_submission reads it.
revoke all on function rubric_points_shape from public;
