-- update_course: change what is given, leave the rest.
--
-- Null means unchanged; a column that shall become empty is named in p_clear. The version grows when what a published
-- course teaches changes (bump_course_version). Only administrators hand a course to another instructor or feature it.
--
-- called by  instructors, administrators
-- requires   require_course_staff, check_catalog_values, check_completion_xp, check_coin_reward, check_clear,
--            lock_course, acting_in, withheld_after
-- errors     PA401 · PA403, also for making active what an administrator took down · PA404 no such course or instructor
--            · PA409 fewer seats than are taken · PA422 title, slug, track or difficulty; more XP or coins than an
--            instructor may give; unknown name in p_clear; a column both given and cleared · 23505 courses_slug_key ·
--            23514 another value against a column's rule
create or replace function update_course(
    p_course_id uuid,
    p_title text default null,
    p_slug text default null,
    p_description text default null,
    p_category text default null,
    p_discipline text default null,
    p_track text default null,
    p_difficulty text default null,
    p_estimated_minutes integer default null,
    p_learning_objectives jsonb default null,
    p_content_structure jsonb default null,
    p_thumbnail_url text default null,
    p_max_enrollments integer default null,
    p_completion_xp integer default null,
    p_coin_reward integer default null,
    p_metadata jsonb default null,
    p_instructor_id uuid default null,
    p_is_featured boolean default null,
    p_is_active boolean default null,
    p_clear text[] default '{}'
)
returns table (course_id uuid, slug text, version integer)
language plpgsql
volatile
security definer -- updates courses, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
begin
    perform require_course_staff(p_course_id => p_course_id);

    if not acting_in('admin') and (p_instructor_id is not null or p_is_featured is not null) then
        raise exception 'only administrators hand a course over or feature it'
            using errcode = 'PA403',
                detail = format('instructor_id = %s, is_featured = %s', p_instructor_id, p_is_featured),
                hint = 'Leave both out.';
    end if;

    perform check_catalog_values(
        p_of => 'course', p_title => p_title, p_slug => p_slug, p_track => p_track, p_difficulty => p_difficulty
    );
    perform check_completion_xp(p_completion_xp => p_completion_xp, p_key => 'xp.course_max', p_default => 5000);
    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'course');

    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object(
            'description', p_description is not null, 'category', p_category is not null,
            'discipline', p_discipline is not null, 'track', p_track is not null,
            'estimated_minutes', p_estimated_minutes is not null, 'thumbnail_url', p_thumbnail_url is not null,
            'max_enrollments', p_max_enrollments is not null, 'completion_xp', p_completion_xp is not null
        )
    );

    if p_instructor_id is not null and not exists (
        select
        from users as u
        where u.id = p_instructor_id and u.role in ('instructor', 'admin') and u.is_active and u.deleted_at is null
    ) then
        raise exception 'there is no such instructor'
            using errcode = 'PA404', detail = format('instructor_id = %s', p_instructor_id),
                hint = 'Name an active person whose role is instructor or admin.';
    end if;

    perform lock_course(p_course_id => p_course_id);

    -- On its own, and only if it is another one: the slug is a key, and naming it waits for all who refer to the course.
    if exists (select from courses as c where c.id = p_course_id and c.slug <> p_slug) then
        update courses as c set slug = p_slug where c.id = p_course_id;
    end if;

    return query
    update courses as c
    set
        title = coalesce(p_title, c.title),
        description = case when 'description' = any(v_clear) then null else coalesce(p_description, c.description) end,
        category = case when 'category' = any(v_clear) then null else coalesce(p_category, c.category) end,
        discipline = case when 'discipline' = any(v_clear) then null else coalesce(p_discipline, c.discipline) end,
        track = case when 'track' = any(v_clear) then null else coalesce(p_track, c.track) end,
        difficulty = coalesce(p_difficulty, c.difficulty),
        estimated_minutes = case
            when 'estimated_minutes' = any(v_clear) then null else coalesce(p_estimated_minutes, c.estimated_minutes)
        end,
        learning_objectives = coalesce(p_learning_objectives, c.learning_objectives),
        content_structure = coalesce(p_content_structure, c.content_structure),
        thumbnail_url = case
            when 'thumbnail_url' = any(v_clear) then null else coalesce(p_thumbnail_url, c.thumbnail_url)
        end,
        max_enrollments = case
            when 'max_enrollments' = any(v_clear) then null else coalesce(p_max_enrollments, c.max_enrollments)
        end,
        completion_xp = case
            when 'completion_xp' = any(v_clear) then null else coalesce(p_completion_xp, c.completion_xp)
        end,
        coin_reward = coalesce(p_coin_reward, c.coin_reward),
        metadata = coalesce(p_metadata, c.metadata),
        instructor_id = coalesce(p_instructor_id, c.instructor_id),
        is_featured = coalesce(p_is_featured, c.is_featured),
        is_active = coalesce(p_is_active, c.is_active),
        withheld_at = withheld_after(c.withheld_at, p_is_active)
    where c.id = p_course_id
    returning c.id, c.slug, c.version;
end;
$$;

comment on function update_course is 'Changes the given columns of a course; returns its id, slug and version.';
revoke all on function update_course from public;
grant execute on function update_course to pgacademy_instructor, pgacademy_admin;
