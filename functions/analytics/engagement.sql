-- engagement: what each living person has done so far, or each of some.
--
-- Enrolments, minutes and achievements are counted already, in user_stats, and the last access with them; only projects are not,
-- where those that were removed count as well. They are added up by person before they are put beside the rest. For everybody
-- each source is read once; for some, along the indexes on user_id: so the plan is made for the argument. The name is for
-- administrators: an analyst tells people apart and learns about none.
--
-- called by  user_engagement, engagement_page; analysts and administrators
-- requires   require_reporter, acting_in
-- errors     PA401 · PA403
create or replace function engagement(
    p_user_ids uuid[] default null
)
returns table (
    id uuid, username text, courses_enrolled bigint, projects_created bigint, achievements_earned bigint,
    total_time_spent bigint, last_activity timestamptz
)
language plpgsql
stable
security definer -- counts what everybody did; analysts read no table
rows 100000
set search_path from current
set plan_cache_mode = 'force_custom_plan'
set work_mem = '64MB' -- the sums and the list of 100,000 people, without a file
set jit = off -- compiling saves nothing here and takes longer the first time
as $$
#variable_conflict use_column
declare
    v_is_named boolean := not acting_in(p_role => 'analyst');
begin
    perform require_reporter();

    return query
    select
        u.id,
        case when v_is_named then u.username end,
        s.courses_enrolled::bigint,
        coalesce(p.projects_created, 0),
        s.achievements_earned::bigint,
        s.total_time_spent_seconds / 60,
        s.last_accessed_at
    from users as u
    inner join user_stats as s on s.user_id = u.id
    left join (
        select p.user_id, count(*) as projects_created
        from projects as p
        where p_user_ids is null or p.user_id = any(p_user_ids)
        group by p.user_id
    ) as p on p.user_id = u.id
    where u.deleted_at is null and (p_user_ids is null or u.id = any(p_user_ids));
end;
$$;

comment on function engagement is
'Courses, projects, achievements, whole minutes and last activity of each living person, or of these; names for administrators.';
revoke all on function engagement from public;
grant execute on function engagement to pgacademy_analyst, pgacademy_admin;
