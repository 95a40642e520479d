-- performance_metrics_shape: what was measured on a project, and in which tests, as JSON Schema.
--
-- Only the details of a test are an application's own.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function performance_metrics_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "Performance metrics of a project",
        "type": "object", "additionalProperties": false,
        "required": ["acceleration", "topSpeed", "handling", "efficiency", "safety", "overall", "tests"],
        "properties": {
            "acceleration": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "topSpeed": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "handling": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "efficiency": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "safety": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "overall": {"type": "number", "minimum": -1e12, "maximum": 1e12},
            "tests": {
                "type": "array", "maxItems": 500,
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["testType", "results", "timestamp"],
                    "properties": {
                        "testType": {"type": "string", "enum": ["racetrack", "windTunnel", "offRoad", "dyno"]},
                        "results": {
                            "type": "object", "additionalProperties": false, "required": ["score", "details"],
                            "properties": {
                                "score": {"type": "number", "minimum": -1e12, "maximum": 1e12},
                                "details": {"type": "object"}
                            }
                        },
                        "timestamp": {
                            "type": "string", "maxLength": 40,
            "pattern": "^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][0-2][0-9]:[0-5][0-9])$"
                        }
                    }
                }
            }
        }
    }'::jsonb;
end;

comment on function performance_metrics_shape is 'Internal: the shape of projects.performance_metrics, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function performance_metrics_shape from public;
