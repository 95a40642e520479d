-- retire_chain_transactions: moves transactions from their table into the archive and into chain_totals; returns how many.
--
-- called by  archive_chain_transactions, archive_faucet_requests
-- requires   archive_rows, redacted_columns
-- errors     none
create or replace function retire_chain_transactions(
    p_transaction_ids uuid[]
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
set timezone = 'UTC' -- months and archived times are of UTC
as $$
#variable_conflict use_column
declare
    v_rows jsonb[];
    v_starts_at timestamptz;
    v_ends_at timestamptz;
begin
    with gone as materialized (
        delete from chain_transactions as t
        where t.id = any(p_transaction_ids)
        returning t.*
    ),

    added as (
        insert into chain_totals as c (month, chain, network, tx_type, status, transaction_count, amount, fee)
        select
            date_trunc('month', g.created_at)::date, g.chain, g.network, g.tx_type, g.status,
            count(*), sum(g.amount), coalesce(sum(g.fee), 0)
        from gone as g
        group by 1, 2, 3, 4, 5
        on conflict (month, chain, network, tx_type, status) do update
        set
            transaction_count = c.transaction_count + excluded.transaction_count,
            amount = c.amount + excluded.amount,
            fee = c.fee + excluded.fee
    )

    select
        array_agg(to_jsonb(g) - redacted_columns(p_table_name => 'chain_transactions') order by g.created_at),
        min(g.created_at),
        max(g.created_at)
    into v_rows, v_starts_at, v_ends_at
    from gone as g;

    if v_rows is null then
        return 0;
    end if;

    perform archive_rows(
        p_table_name => 'chain_transactions', p_rows => v_rows, p_starts_at => v_starts_at, p_ends_at => v_ends_at
    );

    return cardinality(v_rows);
end;
$$;

comment on function retire_chain_transactions is 'Internal: archives these transactions and adds them to the totals; returns how many.';
-- Granted to nobody: retention calls it.
revoke all on function retire_chain_transactions from public;
