-- read_archive: the rows of an archive, as JSON objects, in the order they were kept.
--
-- One becomes a row of its table again by jsonb_populate_record(null::the_table, entry).
--
-- called by  the back end, for whoever may see it
-- requires   require_service
-- errors     PA403 not the service · PA404 no such archive · PA409 not archived: dropped, or still on its way
create or replace function read_archive(
    p_archive_id uuid
)
returns table (row_number bigint, entry jsonb)
language plpgsql
stable
security definer -- reads archive_chunks, which no platform role may read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_status text;
begin
    perform require_service();

    select a.status into v_status from archives as a where a.id = p_archive_id;

    if not found then
        raise exception 'no such archive'
            using errcode = 'PA404', detail = format('archive_id = %s', coalesce(p_archive_id::text, 'null')),
                hint = 'list_archives() tells which there are.';
    end if;

    if v_status <> 'archived' then
        raise exception 'the rows of this one were not archived'
            using errcode = 'PA409', detail = format('archive_id = %s, status = %s', p_archive_id, v_status),
                hint = 'What is dropped is gone; what is retiring is still in its partition.';
    end if;

    return query
    select row_number() over (order by c.chunk_number, l.place), l.line::jsonb
    from archive_chunks as c
    cross join lateral string_to_table(c.content, E'\n') with ordinality as l (line, place)
    where c.archive_id = p_archive_id
    order by 1;
end;
$$;

comment on function read_archive is 'The rows of an archive as JSON.';
revoke all on function read_archive from public;
grant execute on function read_archive to pgacademy_service;
