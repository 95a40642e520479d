-- list_archives: what was archived or dropped of a table, the oldest first.
--
-- called by  the back end
-- requires   require_service
-- errors     PA403 not the service
create or replace function list_archives(
    p_table_name text default null
)
returns table (
    archive_id uuid,
    table_name text,
    partition_name text,
    starts_at timestamptz,
    ends_at timestamptz,
    status text,
    row_count bigint,
    stored_bytes bigint,
    finished_at timestamptz
)
language plpgsql
stable
security definer -- reads archives, which no platform role may read
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    return query
    select
        a.id, a.table_name, a.partition_name, a.starts_at, a.ends_at, a.status, a.row_count,
        coalesce(
            (select sum(pg_column_size(c.content))::bigint from archive_chunks as c where c.archive_id = a.id), 0
        ),
        a.finished_at
    from archives as a
    where p_table_name is null or a.table_name = p_table_name
    order by a.table_name, a.starts_at, a.id;
end;
$$;

comment on function list_archives is 'What has left its table: when it is from, how many rows, and their compressed size in bytes.';
revoke all on function list_archives from public;
grant execute on function list_archives to pgacademy_service;
