-- require_batch: how much a job takes in one transaction, or an error.
--
-- What a job takes it locks until it commits. A large batch, after a job stood still for a while, makes everybody wait
-- who writes the same rows; so a job takes so many and is called again until it finds nothing.
--
-- called by  aggregate_session_data, apply_retention, fold_discussion_views, fold_notification_counts, fold_project_views,
--            forget_faucet_addresses
-- errors     PA422 not between 1 and 100000
create or replace function require_batch(
    p_limit integer
)
returns integer
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and 100000 then
        raise exception 'this is no batch'
            using errcode = 'PA422', detail = format('limit = %s', coalesce(p_limit::text, 'null')),
                hint = 'Pass 1 to 100000; smaller batches hold their locks for a shorter time.';
    end if;

    return p_limit;
end;
$$;

comment on function require_batch is 'Internal: how much a job takes in one transaction.';
-- Granted to nobody: part of jobs.
revoke all on function require_batch from public;
