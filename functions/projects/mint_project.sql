-- mint_project: the project has a token from now on, once and for good.
--
-- The token exists on its chain already: this is told by the back end, which made it. The same token again changes
-- nothing and says so; another is refused, and so is a token that stands for another project. What the token says
-- (nft_metadata_shape()) comes with this call or was given before. Counts as a project minted, for its author.
--
-- called by  back-end jobs
-- requires   require_service, require_moment, check_project_values, count_deed
-- errors     PA403 not the service · PA404 no such project · PA409 minted as another token; the token is taken; its author
--            deleted their account · PA422 no token; no metadata, or not of its shape · 23505 the token was taken at the same
--            moment
create or replace function mint_project(
    p_project_id uuid,
    p_token_id text,
    p_nft_metadata jsonb default null,
    p_occurred_at timestamptz default null
)
returns table (
    project_id uuid,
    user_id uuid,
    token_id text,
    minted_at timestamptz,
    already_minted boolean,
    achievements jsonb,
    xp_awarded integer
)
language plpgsql
volatile
security definer -- updates projects and user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_occurred_at timestamptz := require_moment(p_at => p_occurred_at);
    v_project projects;
begin
    perform require_service();

    if p_token_id is null or p_token_id !~ '^[!-~]{1,44}$' then
        raise exception 'this is not a token'
            using errcode = 'PA422', detail = format('token = %s', coalesce(quote_literal(left(p_token_id, 50)), 'null')),
                hint = 'Pass what its chain calls it: 1 to 44 characters, no spaces.';
    end if;

    select p.* into v_project from projects as p where p.id = p_project_id for no key update;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'It may have been deleted: nobody holds it back before it is minted.';
    end if;

    project_id := v_project.id;
    user_id := v_project.user_id;
    token_id := p_token_id;
    minted_at := coalesce(v_project.minted_at, v_occurred_at);
    already_minted := v_project.nft_token_id is not null;
    achievements := '[]';
    xp_awarded := 0;

    if v_project.nft_token_id <> p_token_id then
        raise exception 'this project is minted as another token'
            using errcode = 'PA409', detail = format('project_id = %s, token = %s', p_project_id, v_project.nft_token_id),
                hint = 'A project is minted once.';
    end if;

    if already_minted then
        return next;
        return;
    end if;

    if exists (select from projects as p where p.nft_token_id = p_token_id) then
        raise exception 'this token stands for another project'
            using errcode = 'PA409', detail = format('token = %s', p_token_id), hint = 'Mint each project for itself.';
    end if;

    if not exists (select from users as u where u.id = v_project.user_id and u.deleted_at is null) then
        raise exception 'the account of its author is deleted'
            using errcode = 'PA409', detail = format('project_id = %s', p_project_id), hint = 'There is nobody to mint for.';
    end if;

    if coalesce(p_nft_metadata, v_project.nft_metadata) is null then
        raise exception 'a token has metadata'
            using errcode = 'PA422', detail = format('project_id = %s, nft_metadata = null', p_project_id),
                hint = 'Pass p_nft_metadata, or have its author write it with update_project().';
    end if;

    perform check_project_values(
        p_title => null, p_description => null, p_project_type => null, p_components => v_project.components,
        p_performance_metrics => v_project.performance_metrics,
        p_nft_metadata => coalesce(p_nft_metadata, v_project.nft_metadata)
    );

    update projects as p
    set
        nft_token_id = p_token_id,
        nft_metadata = coalesce(p_nft_metadata, p.nft_metadata),
        minted_at = v_occurred_at
    where p.id = p_project_id;

    select d.achievements, d.xp_awarded
    into achievements, xp_awarded
    from count_deed(
        p_user_id => v_project.user_id, p_metric => 'projects_minted', p_occurred_at => v_occurred_at
    ) as d;

    return next;
end;
$$;

comment on function mint_project is 'Notes the token of a project, once; returns the achievements that it reached.';
revoke all on function mint_project from public;
grant execute on function mint_project to pgacademy_service;
