-- create_course: a new course, as a draft. Nobody finds it before publish_course().
--
-- An instructor creates their own; an administrator may name the instructor, and is it where none is named. Without a
-- slug the title makes one.
--
-- called by  instructors, administrators
-- requires   require_course_author, check_catalog_values, check_completion_xp, check_coin_reward, acting_in
-- errors     PA401 · PA403 not an approved instructor; a course for somebody else; only administrators feature a course
--            · PA404 no such instructor · PA422 no title; title, slug, track or difficulty; more XP or coins than an
--            instructor may give · 23505 courses_slug_key · 23514 another value against a column's rule
create or replace function create_course(
    p_title text,
    p_slug text default null,
    p_description text default null,
    p_category text default null,
    p_discipline text default null,
    p_track text default null,
    p_difficulty text default 'beginner',
    p_estimated_minutes integer default null,
    p_learning_objectives jsonb default '[]',
    p_content_structure jsonb default '{}',
    p_thumbnail_url text default null,
    p_max_enrollments integer default null,
    p_completion_xp integer default null,
    p_coin_reward integer default 0,
    p_metadata jsonb default '{}',
    p_instructor_id uuid default null,
    p_is_featured boolean default false
)
returns table (course_id uuid, slug text)
language plpgsql
volatile
security definer -- inserts into courses, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_course_author();
    v_instructor_id uuid := coalesce(p_instructor_id, v_user_id);
begin
    if not acting_in('admin') and (v_instructor_id <> v_user_id or p_is_featured) then
        raise exception 'only administrators create courses for others, or feature them'
            using errcode = 'PA403', detail = format('instructor_id = %s, is_featured = %s', v_instructor_id, p_is_featured),
                hint = 'Leave both out.';
    end if;

    perform check_catalog_values(
        p_of => 'course', p_title => coalesce(p_title, ''), p_slug => p_slug, p_track => p_track,
        p_difficulty => p_difficulty
    );
    perform check_completion_xp(p_completion_xp => p_completion_xp, p_key => 'xp.course_max', p_default => 5000);
    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'course');

    if not exists (
        select
        from users as u
        where u.id = v_instructor_id and u.role in ('instructor', 'admin') and u.is_active and u.deleted_at is null
    ) then
        raise exception 'there is no such instructor'
            using errcode = 'PA404', detail = format('instructor_id = %s', v_instructor_id),
                hint = 'Name an active person whose role is instructor or admin.';
    end if;

    return query
    insert into courses as c (
        slug, title, description, instructor_id, created_by, category, discipline, track, difficulty,
        estimated_minutes, learning_objectives, content_structure, thumbnail_url, max_enrollments, completion_xp,
        coin_reward, metadata, is_featured
    )
    values (
        p_slug, p_title, p_description, v_instructor_id, v_user_id, p_category, p_discipline, p_track, p_difficulty,
        p_estimated_minutes, p_learning_objectives, p_content_structure, p_thumbnail_url, p_max_enrollments,
        p_completion_xp, p_coin_reward, p_metadata, p_is_featured
    )
    returning c.id, c.slug;
end;
$$;

comment on function create_course is 'Creates a course as a draft; returns its id and slug.';
revoke all on function create_course from public;
grant execute on function create_course to pgacademy_instructor, pgacademy_admin;
