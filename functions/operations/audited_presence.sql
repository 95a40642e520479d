-- audited_presence: what the audit trail holds of a sensitive column: only whether there was something. The trail outlives the
-- person, who may ask to be forgotten.
--
-- called by  audit_…, for columns that are sensitive, or blanked by erasure
-- errors     none
create or replace function audited_presence(
    p_is_there boolean
)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case when p_is_there then '[sensitive]' end;
end;

comment on function audited_presence is 'Internal: what the audit trail holds of a sensitive column.';
-- Granted to nobody: part of the triggers of the audit trail.
revoke all on function audited_presence from public;
