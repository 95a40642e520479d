-- store_asset: what a model made of a material, or of one of its chunks; returns its id.
--
-- A ready flashcard is a card to review for the owner of the material, at once. A draft becomes one with set_asset_status().
-- The content has the shape of its type: quiz_content, flashcard_content or summary_content.
--
-- called by  the back end's workers
-- requires   require_service, claim_idempotency_key, make_review_cards, store_reply
-- errors     PA403 not the service · PA404 no such material, deleted, or no such chunk in it · PA409 key used for
--            another request · PA422 no such type or status, no model, a score or level out of range, another shape
create or replace function store_asset(
    p_material_id uuid,
    p_asset_type text,
    p_content jsonb,
    p_generation_model text,
    p_content_chunk_id uuid default null,
    p_quality_score numeric default null,
    p_difficulty_level integer default null,
    p_generation_params jsonb default '{}',
    p_metadata jsonb default '{}',
    p_status text default 'ready',
    p_idempotency_key text default null
)
returns uuid
language plpgsql
volatile
security definer -- writes generated_assets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reply jsonb;
    v_asset_id uuid;
begin
    perform require_service();

    if
        (p_asset_type in ('quiz', 'flashcard', 'summary')) is not true
        or (p_status in ('draft', 'ready', 'retired')) is not true
        or (btrim(p_generation_model) <> '' and length(p_generation_model) <= 100) is not true
        or (p_quality_score between 0 and 1) is false
        or (p_difficulty_level between 1 and 10) is false
        or p_content is null
        or (jsonb_typeof(p_generation_params) = 'object') is false
        or (jsonb_typeof(p_metadata) = 'object') is false
    then
        raise exception 'this is no asset of a study material'
            using errcode = 'PA422',
                detail = format(
                    'type = %s, status = %s, model = %s, quality = %s, difficulty = %s, content is %s',
                    coalesce(left(p_asset_type, 60), 'null'), coalesce(left(p_status, 60), 'null'),
                    coalesce(left(p_generation_model, 100), 'null'), coalesce(left(p_quality_score::text, 60), 'null'),
                    coalesce(p_difficulty_level::text, 'null'), coalesce(jsonb_typeof(p_content), 'null')
                ),
                hint = 'Types are quiz, flashcard, summary; quality is 0 to 1, difficulty 1 to 10; the model is named.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'store_asset',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'material_id', p_material_id, 'asset_type', p_asset_type, 'content', p_content, 'model', p_generation_model,
            'chunk_id', p_content_chunk_id, 'quality_score', p_quality_score, 'difficulty_level', p_difficulty_level,
            'params', p_generation_params, 'metadata', p_metadata, 'status', p_status
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::uuid;
    end if;

    -- Shared, so that its chunks stay while one of them is referred to.
    perform from study_materials as m where m.id = p_material_id and m.deleted_at is null for share;

    if not found or (
        p_content_chunk_id is not null
        and not exists (
            select from content_chunks as c where c.id = p_content_chunk_id and c.study_material_id = p_material_id
        )
    ) then
        raise exception 'there is no such material, or no such chunk in it'
            using errcode = 'PA404',
                detail = format(
                    'material_id = %s, content_chunk_id = %s', coalesce(p_material_id::text, 'null'),
                    coalesce(p_content_chunk_id::text, 'none')
                ),
                hint = 'Its owner may have removed it: drop the work.';
    end if;

    insert into generated_assets (
        study_material_id, content_chunk_id, asset_type, content, metadata, generation_model, generation_params, status,
        quality_score, difficulty_level
    )
    values (
        p_material_id, p_content_chunk_id, p_asset_type, p_content, coalesce(p_metadata, '{}'), p_generation_model,
        coalesce(p_generation_params, '{}'), p_status, p_quality_score, p_difficulty_level
    )
    returning id into v_asset_id;

    if p_asset_type = 'flashcard' and p_status = 'ready' then
        perform make_review_cards(p_asset_ids => array[v_asset_id]);
    end if;

    perform store_reply(
        p_actor => 'service', p_procedure => 'store_asset', p_key => p_idempotency_key, p_reply => to_jsonb(v_asset_id)
    );

    return v_asset_id;
end;
$$;

comment on function store_asset is 'Stores a quiz, flashcard or summary that a model made of a study material; returns its id.';
revoke all on function store_asset from public;
grant execute on function store_asset to pgacademy_service;
