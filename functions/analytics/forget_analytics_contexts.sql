-- forget_analytics_contexts: addresses and browsers are personal and say nothing after a month; returns how many visits.
--
-- called by  a daily job
-- requires   require_service, require_moment
-- errors     PA403 not the service · PA422 as of the future
create or replace function forget_analytics_contexts(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- deletes from analytics_contexts, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_count bigint;
begin
    perform require_service();

    v_before := require_moment(p_at => p_as_of) - interval '30 days';

    delete from analytics_contexts as c where c.created_at < v_before;
    get diagnostics v_count = row_count;

    return v_count;
end;
$$;

comment on function forget_analytics_contexts is 'Forgets from where visits were made 30 days ago; returns how many.';
revoke all on function forget_analytics_contexts from public;
grant execute on function forget_analytics_contexts to pgacademy_service;
