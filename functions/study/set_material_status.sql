-- set_material_status: the back end says how far it is with a material: processing, ready or failed.
--
-- called by  the back end's workers
-- requires   require_service
-- errors     PA403 not the service · PA404 no such material, or deleted · PA422 no such status, length below 0
create or replace function set_material_status(
    p_material_id uuid,
    p_status text,
    p_content_length integer default null
)
returns void
language plpgsql
volatile
security definer -- updates study_materials, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if (p_status in ('processing', 'ready', 'failed')) is not true or p_content_length < 0 then
        raise exception 'there is no such status, or no such length'
            using errcode = 'PA422',
                detail = format(
                    'status = %s, content_length = %s', coalesce(left(p_status, 60), 'null'),
                    coalesce(p_content_length::text, 'null')
                ),
                hint = 'Use processing, ready or failed.';
    end if;

    update study_materials as m
    set status = p_status, content_length = coalesce(p_content_length, m.content_length)
    where m.id = p_material_id and m.deleted_at is null;

    if not found then
        raise exception 'there is no such material'
            using errcode = 'PA404', detail = format('material_id = %s', coalesce(p_material_id::text, 'null')),
                hint = 'Its owner may have removed it: drop the work.';
    end if;
end;
$$;

comment on function set_material_status is 'Says whether a study material is processing, ready or failed.';
revoke all on function set_material_status from public;
grant execute on function set_material_status to pgacademy_service;
