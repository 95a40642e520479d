-- counted_projects: what the cached columns of projects should say, from the rows they follow from.
--
-- called by  project_findings, repair_counters
-- requires: project_is_listed
-- requires   project_is_listed
-- errors     none
create or replace function counted_projects(
    p_project_ids uuid[] default null
)
returns table (project_id uuid, like_count bigint, view_count bigint, is_listed boolean)
language sql
stable
security invoker
begin atomic
    select
        p.id,
        coalesce(l.likes, 0),
        coalesce(v.views, 0)::bigint,
        project_is_listed(p_project => p)
    from projects as p
    left join (
        select g.project_id, count(*) as likes
        from project_likes as g
        where p_project_ids is null or g.project_id = any(p_project_ids)
        group by g.project_id
    ) as l on l.project_id = p.id
    left join (
        select g.project_id, sum(g.views) as views
        from project_views as g
        where p_project_ids is null or g.project_id = any(p_project_ids)
        group by g.project_id
    ) as v on v.project_id = p.id
    where p_project_ids is null or p.id = any(p_project_ids);
end;

comment on function counted_projects is 'Internal: the counters of projects, and who is listed, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_projects from public;
