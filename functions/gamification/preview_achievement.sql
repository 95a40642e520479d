-- preview_achievement: who would gain an achievement if its criteria were these. Changes nothing.
--
-- Without criteria it asks about those of the definition as it stands: whom apply_achievement would grant it to. With them,
-- about a change that define_achievement has not made yet, or about an achievement that is not there yet. Who has it keeps it.
--
-- gaining_count is everyone who would; keeping_count those who have it without reaching the criteria. people is one page of
-- those who would gain it, [{"user_id", "username", "value"}] in the order of their ids: pass next_after as p_after for the
-- next page; it is null on the last.
--
-- called by  administrators, back-end jobs
-- requires   acting_in, require_user, checked_criteria, people_reaching, require_limit
-- errors     PA401, PA403 neither an administrator nor the service · PA404 no such achievement, and no criteria ·
--            PA422 criteria, limit not between 1 and 500
create or replace function preview_achievement(
    p_slug text,
    p_criteria jsonb default null,
    p_after uuid default null,
    p_limit integer default 50
)
returns table (
    achievement_id uuid,
    criteria jsonb,
    gaining_count bigint,
    keeping_count bigint,
    people jsonb,
    next_after uuid
)
language plpgsql
stable
security definer -- counts what everyone has done
set search_path from current
as $$
#variable_conflict use_column
declare
    v_id uuid;
    v_criteria jsonb;
    v_reaching bigint;
begin
    if not (acting_in('service') or acting_in('owner')) then
        perform require_user(p_role => 'admin');
    end if;

    perform require_limit(p_limit => p_limit, p_max => 500);

    select a.id, a.criteria into v_id, v_criteria from achievements as a where a.slug = p_slug;

    if p_criteria is not null then
        v_criteria := checked_criteria(p_criteria => p_criteria);
    elsif not found then
        raise exception 'no such achievement'
            using errcode = 'PA404', detail = format('slug = %s', coalesce(left(p_slug, 120), 'null')),
                hint = 'Look the slug up in achievements, or pass the criteria of a new one.';
    end if;

    achievement_id := v_id;
    criteria := v_criteria;

    select count(*) filter (where not h.has_it), count(*) filter (where h.has_it)
    into gaining_count, v_reaching
    from people_reaching(p_achievement_id => null, p_criteria => v_criteria) as r
    cross join lateral (
        select exists (
            select from user_achievements as g where g.user_id = r.user_id and g.achievement_id = v_id
        ) as has_it
    ) as h;

    select count(distinct g.user_id) - v_reaching
    into keeping_count
    from user_achievements as g
    inner join users as u on u.id = g.user_id and u.deleted_at is null
    where g.achievement_id = v_id;

    select
        jsonb_agg(
            jsonb_build_object('user_id', r.user_id, 'username', u.username, 'value', r.value) order by r.user_id
        ),
        case when count(*) = p_limit then max(r.user_id::text)::uuid end
    into people, next_after
    from (
        select d.user_id, d.value
        from people_reaching(p_achievement_id => v_id, p_criteria => v_criteria, p_after => p_after) as d
        order by d.user_id
        limit p_limit
    ) as r
    inner join users as u on u.id = r.user_id;

    people := coalesce(people, '[]');

    return next;
end;
$$;

comment on function preview_achievement is
'Who would gain an achievement under its criteria, or under others: how many, and one page of them. Changes nothing.';
revoke all on function preview_achievement from public;
grant execute on function preview_achievement to pgacademy_admin, pgacademy_service;
