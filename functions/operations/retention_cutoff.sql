-- retention_cutoff: what is older than this has been kept long enough; null if it is kept for ever.
--
-- Months are counted back from p_as_of as the calendar counts them: a month before 31 March is the last of February.
--
-- called by  apply_retention, begin_retirement, guard_chain_transaction
-- errors     none
create or replace function retention_cutoff(
    p_subject text,
    p_as_of timestamptz
)
returns timestamptz
language sql
stable
security invoker
set search_path from current
set timezone = 'UTC' -- months of UTC, whoever asks
as $$
    select p_as_of - make_interval(months => r.keep_months) from retention_policies as r where r.subject = p_subject;
$$;

comment on function retention_cutoff is 'Internal: the moment before which a subject is not kept any more.';
-- Granted to nobody: retention asks.
revoke all on function retention_cutoff from public;
