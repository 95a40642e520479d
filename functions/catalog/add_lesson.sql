-- add_lesson: a new lesson, at the end of its chapter or before what is at the given position now.
--
-- Without a parent it stands at the top of the course; a parent that was a lesson becomes a chapter, which nobody has
-- to complete. A position past the end is the end. Without a slug the title makes one.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, check_catalog_values, check_completion_xp, check_coin_reward, lock_course,
--            check_chapter, make_lesson_room, touch_course
-- errors     PA401 · PA403 · PA404 no such course · PA409 the parent is hidden, or a prerequisite · PA422 no title;
--            title, slug or type; more XP or coins than an instructor may give; a position below 1; a parent outside
--            the course · 23505 lessons_course_id_slug_key · 23514 another value against a column's rule
create or replace function add_lesson(
    p_course_id uuid,
    p_title text,
    p_slug text default null,
    p_parent_lesson_id uuid default null,
    p_position integer default null,
    p_lesson_type text default 'text',
    p_description text default null,
    p_content jsonb default '{}',
    p_body text default null,
    p_duration_minutes integer default null,
    p_video_url text default null,
    p_materials jsonb default '[]',
    p_learning_outcomes jsonb default '[]',
    p_is_mandatory boolean default true,
    p_is_preview boolean default false,
    p_is_graded boolean default false,
    p_completion_xp integer default null,
    p_coin_reward integer default 0,
    p_metadata jsonb default '{}'
)
returns table (lesson_id uuid, slug text, lesson_position integer)
language plpgsql
volatile
security definer -- inserts into lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_course_staff(p_course_id => p_course_id);

    perform check_catalog_values(
        p_of => 'lesson', p_title => coalesce(p_title, ''), p_slug => p_slug, p_lesson_type => p_lesson_type
    );
    perform check_completion_xp(p_completion_xp => p_completion_xp, p_key => 'xp.lesson_max', p_default => 500);
    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'lesson');
    if p_position < 1 then
        raise exception 'positions begin at 1'
            using errcode = 'PA422', detail = format('position = %s', p_position),
                hint = 'Give 1 or more, or nothing for the end.';
    end if;

    perform lock_course(p_course_id => p_course_id);
    perform check_chapter(p_course_id => p_course_id, p_parent_lesson_id => p_parent_lesson_id);

    return query
    insert into lessons as l (
        course_id, parent_lesson_id, slug, title, description, content, body, lesson_type, position,
        duration_minutes, video_url, materials, learning_outcomes, is_mandatory, is_preview, is_graded,
        completion_xp, coin_reward, metadata
    )
    values (
        p_course_id, p_parent_lesson_id, p_slug, p_title, p_description, p_content, p_body, p_lesson_type,
        make_lesson_room(p_course_id => p_course_id, p_parent_lesson_id => p_parent_lesson_id, p_position => p_position),
        p_duration_minutes, p_video_url, p_materials, p_learning_outcomes, p_is_mandatory, p_is_preview, p_is_graded,
        p_completion_xp, p_coin_reward, p_metadata
    )
    returning l.id, l.slug, l.position;

    perform touch_course(p_course_id => p_course_id);
end;
$$;

comment on function add_lesson is 'Adds a lesson to a course; returns its id, slug and position.';
revoke all on function add_lesson from public;
grant execute on function add_lesson to pgacademy_instructor, pgacademy_admin;
