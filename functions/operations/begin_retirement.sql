-- begin_retirement: enters the months that were kept long enough, and returns all that are on their way out.
--
-- A partition goes when all of it is older than its table's policy (retention_policies) allows. It is entered in archives
-- before anything happens to it; then it is detached, concurrently by the library, which a function cannot do; then
-- finish_retirement archives or drops it. Whatever dies in between, the next run finds it here and goes on. One that was
-- entered only, and is to be kept longer by now, stays.
--
-- called by  `pgacademy maintain`, retire_partitions
-- requires   list_partitions, require_moment, require_service, retention_cutoff
-- errors     PA403 not the service · PA422 a moment in the future
create or replace function begin_retirement(
    p_as_of timestamptz default null
)
returns table (archive_id uuid, table_name text, partition_name text, is_attached boolean, is_detaching boolean)
language plpgsql
volatile
security definer -- writes archives, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz;
begin
    perform require_service();
    v_as_of := require_moment(p_at => p_as_of);

    delete from archives as a
    where
        a.status = 'retiring'
        and coalesce(a.ends_at > retention_cutoff(p_subject => a.table_name, p_as_of => v_as_of), true)
        and exists (
            select
            from pg_inherits as i
            where i.inhrelid = to_regclass(quote_ident(a.partition_name)) and not i.inhdetachpending
        );

    insert into archives (table_name, partition_name, starts_at, ends_at)
    select l.table_name, l.partition_name, l.starts_at, l.ends_at
    from list_partitions() as l
    where l.ends_at <= retention_cutoff(p_subject => l.table_name, p_as_of => v_as_of)
    on conflict (partition_name) where status = 'retiring' do nothing;

    return query
    select a.id, a.table_name, a.partition_name, i.inhrelid is not null, coalesce(i.inhdetachpending, false)
    from archives as a
    left join pg_inherits as i on i.inhrelid = to_regclass(quote_ident(a.partition_name))
    where a.status = 'retiring'
    order by a.starts_at, a.table_name;
end;
$$;

comment on function begin_retirement is 'Enters the partitions that were kept long enough; returns those on their way out.';
revoke all on function begin_retirement from public;
grant execute on function begin_retirement to pgacademy_service;
