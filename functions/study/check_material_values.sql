-- check_material_values: what people get wrong about a material, in words they can use; returns the tags in their one spelling.
--
-- Null is not looked at.
--
-- called by  create_material, update_material
-- errors     PA422 title, description, address, subject, level, tags or metadata
create or replace function check_material_values(
    p_title text,
    p_description text,
    p_source_url text,
    p_difficulty_level text,
    p_subject_area text,
    p_tags text[],
    p_metadata jsonb
)
returns text[]
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_field text;
    v_hint text;
    v_tags text[];
begin
    select array_agg(distinct lower(btrim(t.tag))) into v_tags from unnest(p_tags) as t (tag);

    select r.field, r.hint
    into v_field, v_hint
    from (
        values
        (
            'title', p_title ~ '[^[:space:]]' and length(p_title) <= 255 and p_title !~ '[[:cntrl:]]',
            'Give it 1 to 255 characters on one line.'
        ),
        ('description', length(p_description) <= 10000, 'Use 10000 characters at most.'),
        (
            'source_url', length(p_source_url) <= 1000 and p_source_url ~ '^https?://[^[:space:][:cntrl:]]+$',
            'Use an http or https address of up to 1000 characters.'
        ),
        (
            'difficulty_level', p_difficulty_level in ('beginner', 'intermediate', 'advanced'),
            'Use beginner, intermediate or advanced.'
        ),
        (
            'subject_area', p_subject_area ~ '[^[:space:]]' and length(p_subject_area) <= 100,
            'Give it 1 to 100 characters.'
        ),
        (
            'tags',
            cardinality(v_tags) <= 20 and not exists (
                select
                from unnest(v_tags) as t (tag)
                where (t.tag ~ '^[[:alnum:]][^[:space:][:cntrl:]]{0,39}$') is not true
            ),
            'Use up to twenty, each one word of up to 40 characters; join words with a hyphen.'
        ),
        (
            'metadata', jsonb_typeof(p_metadata) = 'object' and octet_length(p_metadata::text) <= 16384,
            'Pass an object of up to 16384 bytes.'
        )
    ) as r (field, is_right, hint)
    where not r.is_right
    limit 1;

    if found then
        raise exception 'a material cannot have this %', v_field
            using errcode = 'PA422',
                detail = format(
                    '%s = %s', v_field,
                    left(
                        case v_field
                            when 'title' then p_title
                            when 'description' then p_description
                            when 'source_url' then p_source_url
                            when 'difficulty_level' then p_difficulty_level
                            when 'subject_area' then p_subject_area
                            when 'tags' then p_tags::text
                            else p_metadata::text
                        end, 200
                    )
                ),
                hint = v_hint;
    end if;

    return case when p_tags is not null then coalesce(v_tags, '{}') end;
end;
$$;

comment on function check_material_values is 'Internal: refuses an unusable material; returns its tags in their one spelling.';
-- Granted to nobody: part of procedures.
revoke all on function check_material_values from public;
