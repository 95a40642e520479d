-- audited_value: a column's value as the audit trail may hold it.
--
-- Of a secret only that it is there, or changed. Of what is sensitive also whether it was empty: the trail outlives the
-- person, who may ask to be forgotten. What is longer than 8 kB (the text of a lesson) is told by its SHA-256.
--
-- It is only called stable, as to_jsonb() is: what is called immutable and contains that is not put in line.
--
-- called by  audit_row
-- errors     none
create or replace function audited_value(
    p_column text,
    p_value jsonb,
    p_sensitive text[],
    p_secret text[]
)
returns jsonb
language sql
stable
parallel safe
security invoker
begin atomic
    select case
        when p_column = any(p_secret) then '"[secret]"'::jsonb
        when p_value = 'null'::jsonb then p_value
        when p_column = any(p_sensitive) then '"[sensitive]"'::jsonb
        when pg_column_size(p_value) > 8192 then
            to_jsonb(format('[sha256 %s]', encode(sha256(convert_to(p_value::text, 'UTF8'::name)), 'hex')))
        else p_value
    end;
end;

comment on function audited_value is 'Internal: a column''s value as the audit trail may hold it.';
-- Granted to nobody: part of audit_row.
revoke all on function audited_value from public;
