-- update_lesson: change what is given, leave the rest.
--
-- Null means unchanged; a column that shall become empty is named in p_clear. Hiding a lesson (p_is_active => false) or
-- making it optional takes it out of everyone's progress at once; what was completed stays completed. Its place is
-- changed by move_lesson() and reorder_lessons().
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, check_catalog_values, check_completion_xp, check_coin_reward, check_clear,
--            lock_course, touch_course
-- errors     PA401 · PA403 · PA404 no such lesson · PA409 shown inside a hidden chapter · PA422 title, slug or type;
--            more XP or coins than an instructor may give; unknown name in p_clear; a column both given and cleared ·
--            23505 lessons_course_id_slug_key · 23514 another value against a column's rule
create or replace function update_lesson(
    p_lesson_id uuid,
    p_title text default null,
    p_slug text default null,
    p_lesson_type text default null,
    p_description text default null,
    p_content jsonb default null,
    p_body text default null,
    p_duration_minutes integer default null,
    p_video_url text default null,
    p_materials jsonb default null,
    p_learning_outcomes jsonb default null,
    p_is_mandatory boolean default null,
    p_is_preview boolean default null,
    p_is_graded boolean default null,
    p_is_active boolean default null,
    p_completion_xp integer default null,
    p_coin_reward integer default null,
    p_metadata jsonb default null,
    p_clear text[] default '{}'
)
returns table (lesson_id uuid, slug text)
language plpgsql
volatile
security definer -- updates lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
    v_clear text[];
begin
    perform check_catalog_values(
        p_of => 'lesson', p_title => p_title, p_slug => p_slug, p_lesson_type => p_lesson_type
    );
    perform check_completion_xp(p_completion_xp => p_completion_xp, p_key => 'xp.lesson_max', p_default => 500);
    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'lesson');

    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object(
            'description', p_description is not null, 'body', p_body is not null,
            'duration_minutes', p_duration_minutes is not null, 'video_url', p_video_url is not null,
            'completion_xp', p_completion_xp is not null
        )
    );

    perform lock_course(p_course_id => v_course_id);

    -- On its own, and only if it is another one: the slug is a key, and naming it waits for all who refer to the lesson.
    if exists (select from lessons as l where l.id = p_lesson_id and l.slug <> p_slug) then
        perform from enrollments as e where e.course_id = v_course_id order by e.id for no key update;
        update lessons as l set slug = p_slug where l.id = p_lesson_id;
    end if;

    return query
    update lessons as l
    set
        title = coalesce(p_title, l.title),
        lesson_type = coalesce(p_lesson_type, l.lesson_type),
        description = case when 'description' = any(v_clear) then null else coalesce(p_description, l.description) end,
        content = coalesce(p_content, l.content),
        body = case when 'body' = any(v_clear) then null else coalesce(p_body, l.body) end,
        duration_minutes = case
            when 'duration_minutes' = any(v_clear) then null else coalesce(p_duration_minutes, l.duration_minutes)
        end,
        video_url = case when 'video_url' = any(v_clear) then null else coalesce(p_video_url, l.video_url) end,
        materials = coalesce(p_materials, l.materials),
        learning_outcomes = coalesce(p_learning_outcomes, l.learning_outcomes),
        is_mandatory = coalesce(p_is_mandatory, l.is_mandatory),
        is_preview = coalesce(p_is_preview, l.is_preview),
        is_graded = coalesce(p_is_graded, l.is_graded),
        is_active = coalesce(p_is_active, l.is_active),
        completion_xp = case
            when 'completion_xp' = any(v_clear) then null else coalesce(p_completion_xp, l.completion_xp)
        end,
        coin_reward = coalesce(p_coin_reward, l.coin_reward),
        metadata = coalesce(p_metadata, l.metadata)
    where l.id = p_lesson_id
    returning l.id, l.slug;

    perform touch_course(p_course_id => v_course_id);
end;
$$;

comment on function update_lesson is 'Changes the given columns of a lesson; returns its id and slug.';
revoke all on function update_lesson from public;
grant execute on function update_lesson to pgacademy_instructor, pgacademy_admin;
