-- apply_retention: lets go of rows that were kept long enough (retention_policies), a batch of each kind; returns how many.
--
-- Whole months of partitioned tables go with `pgacademy maintain`, or retire_partitions. Rows that somebody holds are left for
-- the next call. Call it until it returns no rows.
--
-- called by  a daily job
-- requires   aggregate_session_data, archive_chain_transactions, archive_faucet_requests, close_idle_discussions,
--            drop_idle_interactions, require_limit, require_moment, require_service, retention_cutoff
-- errors     PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000
create or replace function apply_retention(
    p_as_of timestamptz default null,
    p_limit integer default 5000
)
returns table (subject text, row_count bigint)
language plpgsql
volatile
security definer -- writes what no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz;
    v_before timestamptz;
begin
    perform require_service();
    v_as_of := require_moment(p_at => p_as_of);
    perform require_limit(p_limit => p_limit, p_max => 100000);

    -- Sessions become figures before their interactions may go.
    foreach subject in array array[
        'session_data', 'interactions.idle', 'faucet_requests', 'chain_transactions', 'discussions'
    ] loop
        v_before := retention_cutoff(p_subject => subject, p_as_of => v_as_of);
        continue when v_before is null;

        row_count := case subject
            when 'session_data' then aggregate_session_data(p_before => v_before, p_limit => p_limit)
            when 'interactions.idle' then drop_idle_interactions(p_before => v_before, p_limit => p_limit)
            when 'faucet_requests' then archive_faucet_requests(p_before => v_before, p_limit => p_limit)
            when 'chain_transactions' then archive_chain_transactions(p_before => v_before, p_limit => p_limit)
            when 'discussions' then close_idle_discussions(p_before => v_before, p_limit => p_limit)
        end;

        if row_count > 0 then
            return next;
        end if;
    end loop;
end;
$$;

comment on function apply_retention is 'Lets go of a batch of each kind of row that was kept long enough; what, and how many.';
revoke all on function apply_retention from public;
grant execute on function apply_retention to pgacademy_service;
