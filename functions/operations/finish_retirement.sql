-- finish_retirement: archives or drops a partition that was detached; returns how many rows went into the archive.
--
-- Archiving and dropping are one transaction: the rows are in one place or in the other. What identifies people, and what
-- they wrote, does not get into an archive: erasing somebody has nothing to look for there.
--
-- Dropping a table locks those it refers to against their readers (users, for one), and whoever comes after queues behind
-- it. Behind a long reader, such as a dump, that must be short: it is tried again.
--
-- called by  `pgacademy maintain`, retire_partitions
-- requires   require_service, redacted_columns
-- errors     PA403 not the service · PA404 no such retirement · PA409 still attached, or no table of that name · 55P03 in use
create or replace function finish_retirement(
    p_archive_id uuid
)
returns bigint
language plpgsql
volatile
security definer -- drops tables, which only the owner may
set search_path from current
set timezone = 'UTC' -- archived times are written in it
set lock_timeout = '100ms'
as $$
#variable_conflict use_column
declare
    v_archive archives;
    v_table regclass;
    v_is_archived boolean;
    v_count bigint := 0;
begin
    perform require_service();

    select a.* into v_archive from archives as a where a.id = p_archive_id for update;

    if not found then
        raise exception 'nothing of that name is on its way out'
            using errcode = 'PA404', detail = format('archive_id = %s', coalesce(p_archive_id::text, 'null')),
                hint = 'begin_retirement() tells what is.';
    end if;

    if v_archive.status <> 'retiring' then
        return v_archive.row_count;
    end if;

    v_table := to_regclass(quote_ident(v_archive.partition_name));

    if v_table is null or exists (select from pg_inherits as i where i.inhrelid = v_table) then
        raise exception 'only a detached partition can be archived or dropped'
            using errcode = 'PA409',
                detail = format(
                    'partition = %s, %s', v_archive.partition_name,
                    case when v_table is null then 'no such table' else 'still attached' end
                ),
                hint = 'Detach it first; `pgacademy maintain` does both.';
    end if;

    select r.action = 'archive' into v_is_archived from retention_policies as r where r.subject = v_archive.table_name;

    if v_is_archived is not false then -- also if its policy has gone meanwhile
        execute format(
            $sql$
            with lines as (
                select (to_jsonb(t) - $2)::text as line, row_number() over () - 1 as place from %I as t
            ),

            kept as (
                insert into archive_chunks (archive_id, chunk_number, row_count, content)
                select $1, l.place / 1000, count(*), string_agg(l.line, E'\n' order by l.place)
                from lines as l
                group by l.place / 1000
                returning row_count
            )

            select coalesce(sum(k.row_count), 0) from kept as k
            $sql$,
            v_archive.partition_name
        ) using p_archive_id, redacted_columns(p_table_name => v_archive.table_name) into v_count;
    end if;

    execute format('drop table %I', v_archive.partition_name);

    update archives as a
    set
        status = case when v_is_archived is not false then 'archived' else 'dropped' end,
        row_count = v_count,
        finished_at = clock_timestamp()
    where a.id = p_archive_id;

    return v_count;
end;
$$;

comment on function finish_retirement is 'Archives or drops a detached partition; returns the number of rows archived.';
revoke all on function finish_retirement from public;
grant execute on function finish_retirement to pgacademy_service;
