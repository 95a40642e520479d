-- store_chunks: a material in pieces, in their order, in place of those it had; returns how many there are.
--
-- A piece whose text is the same stays the same row. Assets of a piece that is no longer there, or says something else, stay,
-- as assets of the material. The shape is content_chunks_shape(). The material's length follows; its status does not.
--
-- called by  the back end's workers
-- requires   require_service, check_shape, content_chunks_shape
-- errors     PA403 not the service · PA404 no such material, or deleted · PA422 another shape, with the path in the detail
create or replace function store_chunks(
    p_material_id uuid,
    p_chunks jsonb
)
returns integer
language plpgsql
volatile
security definer -- writes content_chunks, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_count integer;
begin
    perform require_service();
    perform check_shape(p_document => coalesce(p_chunks, 'null'), p_shape => content_chunks_shape());

    update study_materials as m
    set content_length = (select sum(length(e.chunk ->> 'content')) from jsonb_array_elements(p_chunks) as e (chunk))
    where m.id = p_material_id and m.deleted_at is null;

    if not found then
        raise exception 'there is no such material'
            using errcode = 'PA404', detail = format('material_id = %s', coalesce(p_material_id::text, 'null')),
                hint = 'Its owner may have removed it: drop the work.';
    end if;

    update generated_assets as a
    set content_chunk_id = null
    from content_chunks as c
    where
        a.content_chunk_id = c.id
        and c.study_material_id = p_material_id
        and c.content is distinct from (p_chunks -> (c.chunk_order - 1) ->> 'content');

    delete from content_chunks as c
    where c.study_material_id = p_material_id and c.chunk_order > jsonb_array_length(p_chunks);

    insert into content_chunks as c (
        study_material_id, chunk_order, content, chunk_type, metadata, word_count, language, summary, relevance_score
    )
    select
        p_material_id,
        e.n,
        r.content,
        coalesce(r.chunk_type, 'paragraph'),
        coalesce(r.metadata, '{}'),
        coalesce(r.word_count, cardinality(regexp_split_to_array(btrim(r.content), '[[:space:]]+'))),
        r.language,
        r.summary,
        r.relevance_score
    from jsonb_array_elements(p_chunks) with ordinality as e (chunk, n)
    cross join lateral jsonb_to_record(e.chunk) as r (
        content text, chunk_type text, metadata jsonb, word_count integer, language text, summary text,
        relevance_score numeric
    )
    order by e.n
    on conflict (study_material_id, chunk_order) do update
    set
        content = excluded.content,
        chunk_type = excluded.chunk_type,
        metadata = excluded.metadata,
        word_count = excluded.word_count,
        language = excluded.language,
        summary = excluded.summary,
        relevance_score = excluded.relevance_score;
    get diagnostics v_count = row_count;

    return v_count;
end;
$$;

comment on function store_chunks is 'Stores a study material in pieces, in place of those it had; returns how many.';
revoke all on function store_chunks from public;
grant execute on function store_chunks to pgacademy_service;
