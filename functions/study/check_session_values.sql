-- check_session_values: refuses what a session cannot keep. Null is not looked at.
--
-- called by  start_study_session, save_study_session, end_study_session
-- errors     PA422 a percentage not 0 to 100, a document that is no object or too large
create or replace function check_session_values(
    p_completion_percentage numeric,
    p_document jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if
        (p_completion_percentage between 0 and 100) is false
        or (jsonb_typeof(p_document) = 'object' and octet_length(p_document::text) <= 65536) is false
    then
        raise exception 'a session cannot keep this'
            using errcode = 'PA422',
                detail = format(
                    'completion_percentage = %s, document: %s of %s bytes',
                    coalesce(left(p_completion_percentage::text, 60), 'null'), coalesce(jsonb_typeof(p_document), 'none'),
                    coalesce(octet_length(p_document::text), 0)
                ),
                hint = 'Pass 0 to 100, and an object of up to 65536 bytes.';
    end if;
end;
$$;

comment on function check_session_values is 'Internal: refuses a percentage or document that a session cannot keep.';
-- Granted to nobody: part of procedures.
revoke all on function check_session_values from public;
