-- project_findings: what is wrong with the projects: a count that is not the number of likes or views, one that is shown
-- and should not be, or the other way round.
--
-- called by  verify_integrity
-- requires   counted_projects
-- errors     none
create or replace function project_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select 'projects.' || v.counter, 'projects', p.id::text, v.expected, v.actual
    from projects as p
    inner join counted_projects() as c on c.project_id = p.id
    cross join lateral (
        values
        ('like_count', c.like_count::text, p.like_count::text),
        ('view_count', c.view_count::text, p.view_count::text),
        ('is_listed', c.is_listed::text, p.is_listed::text)
    ) as v (counter, expected, actual)
    where v.expected <> v.actual
    union all
    -- A project that says it is somebody else's would sell their token.
    select 'projects.nft_metadata', 'projects', p.id::text, p.id || ' of ' || p.user_id, left(p.nft_metadata ->> 'properties', 500)
    from projects as p
    where
        p.nft_metadata is not null
        and (lower(p.nft_metadata #>> '{properties,project_id}'), lower(p.nft_metadata #>> '{properties,user_id}'))
        is distinct from (p.id::text, p.user_id::text)
    union all
    select 'deleted_projects', 'deleted_projects', d.project_id::text, 'gone', 'still there'
    from deleted_projects as d
    inner join projects as p on p.id = d.project_id;
$$;

comment on function project_findings is 'Internal: what verify_integrity says of projects.';
-- Granted to nobody: it reads other people's rows.
revoke all on function project_findings from public;
