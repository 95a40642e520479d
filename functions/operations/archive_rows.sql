-- archive_rows: keeps rows that are about to be deleted: as lines of JSON, a thousand to a chunk. Returns the archive's id.
--
-- What identifies a person beyond their id stays out of the archive, so that erasing somebody has nothing to look for
-- there: the caller takes redacted_columns() out of the rows.
--
-- called by  archive_chain_transactions, archive_faucet_requests
-- errors     none
create or replace function archive_rows(
    p_table_name text,
    p_rows jsonb[],
    p_starts_at timestamptz,
    p_ends_at timestamptz
)
returns uuid
language sql
volatile
security invoker
set search_path from current
as $$
    with entered as (
        insert into archives (table_name, starts_at, ends_at, status, row_count, finished_at)
        values (p_table_name, p_starts_at, p_ends_at, 'archived', cardinality(p_rows), clock_timestamp())
        returning id
    ),

    kept as (
        insert into archive_chunks (archive_id, chunk_number, row_count, content)
        select e.id, (r.place - 1) / 1000, count(*), string_agg(r.entry::text, E'\n' order by r.place)
        from entered as e
        cross join unnest(p_rows) with ordinality as r (entry, place)
        group by e.id, (r.place - 1) / 1000
    )

    select e.id from entered as e;
$$;

comment on function archive_rows is 'Internal: enters rows in the archive; returns its id.';
-- Granted to nobody: retention writes it.
revoke all on function archive_rows from public;
