-- audited_content: a column's value as the audit trail may hold it: what is longer than 8 kB (the text of a lesson) is told by
-- its SHA-256.
--
-- It is only called stable, as to_jsonb() is: what is called immutable and contains that is not put in line.
--
-- called by  audit_…, for columns of any length that are not to be redacted
-- errors     none
create or replace function audited_content(
    p_value jsonb
)
returns jsonb
language sql
stable
parallel safe
security invoker
begin atomic
    select case
        when pg_column_size(p_value) > 8192 then
            to_jsonb(format('[sha256 %s]', encode(sha256(convert_to(p_value::text, 'UTF8'::name)), 'hex')))
        else p_value
    end;
end;

comment on function audited_content is 'Internal: a column''s value as the audit trail may hold it.';
-- Granted to nobody: part of the triggers of the audit trail.
revoke all on function audited_content from public;
