-- achievement_criteria_shape: when an achievement is reached: {"metric", "threshold", "scope"}, or the older {"condition", "value"},
-- which checked_criteria brings into the first form.
--
-- That the metric and the course exist is asked by checked_criteria.
--
-- called by  checked_criteria
-- errors     none
create or replace function achievement_criteria_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "When an achievement is reached",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "metric": {"type": "string"},
            "condition": {"description": "The older name of metric.", "type": "string"},
            "threshold": {"type": "number", "exclusiveMinimum": 0, "maximum": 9223372036854775807},
            "value": {
                "description": "The older name of threshold.",
                "type": "number", "exclusiveMinimum": 0, "maximum": 9223372036854775807
            },
            "scope": {
                "description": "global, or the id of a course.",
                "type": "string",
                "pattern": "^(global|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"
            }
        },
        "anyOf": [
            {"required": ["metric", "threshold"], "properties": {"condition": false, "value": false}},
            {"required": ["metric", "value"], "properties": {"condition": false, "threshold": false}},
            {"required": ["condition", "threshold"], "properties": {"metric": false, "value": false}},
            {"required": ["condition", "value"], "properties": {"metric": false, "threshold": false}}
        ]
    }'::jsonb;
end;

comment on function achievement_criteria_shape is 'Internal: the shape of achievements.criteria.';
-- Granted to nobody: part of checks.
revoke all on function achievement_criteria_shape from public;
