-- archive_faucet_requests: archives requests of the faucet that were settled before p_before, with their transactions.
--
-- Limits look back hours, not months. Accounts and addresses, which are somebody's, do not go into the archive.
--
-- called by  apply_retention
-- requires   archive_rows, redacted_columns, retire_chain_transactions
-- errors     none
create or replace function archive_faucet_requests(
    p_before timestamptz,
    p_limit integer
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
set timezone = 'UTC' -- archived times are written in it
as $$
#variable_conflict use_column
declare
    v_transactions uuid[];
    v_rows jsonb[];
    v_starts_at timestamptz;
    v_ends_at timestamptz;
begin
    v_transactions := array(
        select t.id
        from chain_transactions as t
        where t.settled_at < p_before and t.tx_type = 'faucet'
        order by t.settled_at
        limit p_limit
        for update skip locked
    );

    with gone as (
        delete from faucet_requests as r
        where r.transaction_id = any(v_transactions)
        returning r.*
    )

    select
        array_agg(to_jsonb(g) - redacted_columns(p_table_name => 'faucet_requests') order by g.requested_at),
        min(g.requested_at),
        max(g.requested_at)
    into v_rows, v_starts_at, v_ends_at
    from gone as g;

    if v_rows is not null then
        perform archive_rows(
            p_table_name => 'faucet_requests', p_rows => v_rows, p_starts_at => v_starts_at, p_ends_at => v_ends_at
        );
    end if;

    return retire_chain_transactions(v_transactions);
end;
$$;

comment on function archive_faucet_requests is 'Internal: archives settled requests of the faucet; returns how many.';
-- Granted to nobody: retention calls it.
revoke all on function archive_faucet_requests from public;
