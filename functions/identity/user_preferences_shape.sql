-- user_preferences_shape: what people prefer. Applications may keep keys of their own beside these four groups;
-- inside a group only what is known, so that a misspelt privacy choice is refused and not ignored.
--
-- Theme and notifications have their home in user_settings; here is the form that applications send and keep.
--
-- called by  check_row_shape on users.preferences
-- errors     none
create or replace function user_preferences_shape()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select '{
        "title": "What a person prefers",
        "type": "object",
        "properties": {
            "theme": {"enum": ["light", "dark", "auto"]},
            "notifications": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "email": {"type": "boolean"},
                    "push": {"type": "boolean"},
                    "achievements": {"type": "boolean"},
                    "community": {"type": "boolean"}
                }
            },
            "accessibility": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "fontSize": {"enum": ["small", "medium", "large"]},
                    "highContrast": {"type": "boolean"},
                    "screenReader": {"type": "boolean"}
                }
            },
            "privacy": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "profileVisibility": {"enum": ["public", "private", "friends"]},
                    "showProgress": {"type": "boolean"},
                    "showAchievements": {"type": "boolean"}
                }
            }
        }
    }'::jsonb;
end;

comment on function user_preferences_shape is 'Internal: the shape of users.preferences.';
-- Granted to nobody: part of checks.
revoke all on function user_preferences_shape from public;
