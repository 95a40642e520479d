-- create_material: a new study material of the caller's. The back end cuts it into chunks; until then it is processing.
--
-- A person holds a limited number of them (setting study.max_materials), so that nobody fills the queue.
--
-- called by  learners
-- requires   require_user, check_material_values, claim_idempotency_key, bump_stats, setting, store_reply
-- errors     PA401, PA403 from require_user · PA409 as many as one may hold, key used for another request · PA422 no
--            title, no source of a known type, no address for a url, or a value of no use
create or replace function create_material(
    p_title text,
    p_source_type text,
    p_source_url text default null,
    p_description text default null,
    p_subject_area text default null,
    p_difficulty_level text default null,
    p_tags text[] default '{}',
    p_metadata jsonb default '{}',
    p_idempotency_key text default null
)
returns uuid
language plpgsql
volatile
security definer -- inserts into study_materials, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_now timestamptz := now();
    v_max integer := coalesce((setting(p_key => 'study.max_materials') #>> '{}')::integer, 1000);
    v_reply jsonb;
    v_material_id uuid;
begin
    if
        p_title is null
        or (p_source_type in ('upload', 'url', 'text')) is not true
        or (p_source_type = 'url' and p_source_url is null)
    then
        raise exception 'a material has a title and a source'
            using errcode = 'PA422',
                detail = format(
                    'title = %s, source_type = %s, source_url = %s', coalesce(left(p_title, 100), 'null'),
                    coalesce(left(p_source_type, 60), 'null'), coalesce(left(p_source_url, 200), 'null')
                ),
                hint = 'Sources are upload, url and text; a url has its address.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'create_material',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'title', p_title, 'source_type', p_source_type, 'source_url', p_source_url, 'description', p_description,
            'subject_area', p_subject_area, 'difficulty_level', p_difficulty_level, 'tags', p_tags,
            'metadata', p_metadata
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::uuid;
    end if;

    p_tags := check_material_values(
        p_title => p_title, p_description => p_description, p_source_url => p_source_url,
        p_difficulty_level => p_difficulty_level, p_subject_area => p_subject_area, p_tags => p_tags,
        p_metadata => p_metadata
    );

    -- Their row of counters is what makers of materials queue on: it is written before the look.
    perform bump_stats(p_user_id => v_user_id, p_occurred_at => v_now);

    if (select count(*) from study_materials as m where m.user_id = v_user_id and m.deleted_at is null) >= v_max then
        raise exception 'these are as many materials as one person may hold'
            using errcode = 'PA409', detail = format('limit = %s', v_max), hint = 'Delete one first.';
    end if;

    insert into study_materials (
        user_id, title, source_type, source_url, description, subject_area, difficulty_level, tags, metadata, created_at
    )
    values (
        v_user_id, p_title, p_source_type, p_source_url, p_description, p_subject_area, p_difficulty_level,
        coalesce(p_tags, '{}'), coalesce(p_metadata, '{}'), v_now
    )
    returning id into v_material_id;

    perform store_reply(
        p_actor => v_user_id::text, p_procedure => 'create_material', p_key => p_idempotency_key,
        p_reply => to_jsonb(v_material_id)
    );

    return v_material_id;
end;
$$;

comment on function create_material is 'Adds a study material of the caller''s; returns its id.';
revoke all on function create_material from public;
grant execute on function create_material to pgacademy_student;
