-- check_project_values: what people get wrong about a project, in words they can use, and how large it may be.
--
-- Null is not looked at. The size is that of the three documents together (setting projects.max_bytes); it is looked at
-- before what is in them.
--
-- called by  create_project, update_project, mint_project
-- requires   setting
-- errors     PA422 title, description, type; documents too large
create or replace function check_project_values(
    p_title text,
    p_description text,
    p_project_type text,
    p_components jsonb,
    p_performance_metrics jsonb,
    p_nft_metadata jsonb
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_field text;
    v_length integer;
    v_hint text;
    v_bytes bigint := coalesce(octet_length(p_components::text), 0)
        + coalesce(octet_length(p_performance_metrics::text), 0)
        + coalesce(octet_length(p_nft_metadata::text), 0);
    v_max_bytes bigint := coalesce((setting(p_key => 'projects.max_bytes') #>> '{}')::bigint, 65536);
begin
    select r.field, r.length, r.hint
    into v_field, v_length, v_hint
    from (
        values
        ('title', length(p_title), p_title ~ '[^[:space:]]' and length(p_title) <= 255, 'Give it 1 to 255 characters.'),
        ('description', length(p_description), length(p_description) <= 10000, 'Use 10000 characters at most.'),
        (
            'project_type', length(p_project_type), p_project_type ~ '[^[:space:]]' and length(p_project_type) <= 50,
            'Give it 1 to 50 characters.'
        )
    ) as r (field, length, is_right, hint)
    where not r.is_right
    limit 1;

    if found then
        raise exception 'a project cannot have this %', v_field
            using errcode = 'PA422', detail = format('%s has %s characters', v_field, v_length), hint = v_hint;
    end if;

    if v_bytes > v_max_bytes then
        raise exception 'this project is too large'
            using errcode = 'PA422', detail = format('bytes = %s, limit = %s', v_bytes, v_max_bytes),
                hint = 'Leave out what is not needed; files belong elsewhere.';
    end if;
end;
$$;

comment on function check_project_values is 'Internal: refuses what a project cannot be called, and what is too large.';
-- Granted to nobody: part of procedures.
revoke all on function check_project_values from public;
