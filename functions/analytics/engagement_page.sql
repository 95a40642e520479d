-- engagement_page: what people have done so far, so many at a time, in the order of their ids: a page costs its rows.
--
-- p_after is the last id of the page before. In another order, sort user_engagement, which counts everybody.
--
-- called by  analysts and administrators
-- requires   require_reporter, engagement, require_limit
-- errors     PA401 · PA403 · PA422 a limit not between 1 and 1000
create or replace function engagement_page(
    p_after uuid default null,
    p_limit integer default 20
)
returns table (
    id uuid, username text, courses_enrolled bigint, projects_created bigint, achievements_earned bigint,
    total_time_spent bigint, last_activity timestamptz
)
language plpgsql
stable
security definer -- counts what everybody did; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_reporter();

    perform require_limit(p_limit => p_limit, p_max => 1000);

    return query
    select
        e.id, e.username, e.courses_enrolled, e.projects_created, e.achievements_earned, e.total_time_spent, e.last_activity
    from engagement(
        p_user_ids => array(
            select u.id from users as u
            where u.deleted_at is null and u.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by u.id
            limit p_limit
        )
    ) as e
    order by e.id;
end;
$$;

comment on function engagement_page is 'One page of engagement, in the order of ids.';
revoke all on function engagement_page from public;
grant execute on function engagement_page to pgacademy_analyst, pgacademy_admin;
