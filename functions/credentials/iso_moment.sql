-- iso_moment: a moment as XML Schema's dateTimeStamp, in UTC and to the second, as Verifiable Credentials write it.
--
-- called by  open_badge_credential
-- errors     none
create or replace function iso_moment(
    p_at timestamptz
)
returns text
language sql
stable
security invoker
begin atomic
    select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
end;

comment on function iso_moment is 'Internal: a moment in ISO 8601, in UTC and to the second.';
-- Granted to nobody: a helper of procedures.
revoke all on function iso_moment from public;
