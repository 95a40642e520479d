-- publish_course: from now on learners find the course and can enrol. Publishing twice changes nothing.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, lock_course, course_leaf_lessons, withheld_after, write_audit
-- errors     PA401 · PA403, also where an administrator took it down · PA404 no such course · PA409 it has no lesson to
--            complete; it is inactive
create or replace function publish_course(
    p_course_id uuid
)
returns timestamptz
language plpgsql
volatile
security definer -- updates courses, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_published_at timestamptz;
begin
    perform require_course_staff(p_course_id => p_course_id);
    -- Of this and the removal of the last lesson, one waits for the other.
    perform lock_course(p_course_id => p_course_id);

    if not exists (select from course_leaf_lessons(p_course_id => p_course_id)) then
        raise exception 'a course without a lesson to complete cannot be published'
            using errcode = 'PA409', detail = format('course_id = %s', p_course_id),
                hint = 'Add at least one active, mandatory lesson.';
    end if;

    update courses as c
    set is_published = true, withheld_at = withheld_after(c.withheld_at, true)
    where c.id = p_course_id and c.is_active
    returning c.published_at into v_published_at;

    if not found then
        raise exception 'an inactive course cannot be published'
            using errcode = 'PA409', detail = format('course_id = %s', p_course_id),
                hint = 'Make it active first: update_course(p_is_active => true).';
    end if;

    perform write_audit(
        p_action => 'catalog.publish_course', p_entity_type => 'courses', p_entity_id => p_course_id::text
    );

    return v_published_at;
end;
$$;

comment on function publish_course is 'Publishes a course; returns when it was first published.';
revoke all on function publish_course from public;
grant execute on function publish_course to pgacademy_instructor, pgacademy_admin;
