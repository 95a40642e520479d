-- unpublish_course: nobody new finds the course. Those who are enrolled keep it. Whose course an administrator has
-- taken out does not publish it again.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, lock_course, withheld_after, write_audit
-- errors     PA401 · PA403 · PA404 no such course
create or replace function unpublish_course(
    p_course_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates courses, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_course_staff(p_course_id => p_course_id);
    perform lock_course(p_course_id => p_course_id);

    perform write_audit(
        p_action => 'catalog.unpublish_course', p_entity_type => 'courses', p_entity_id => p_course_id::text
    );

    update courses as c
    set is_published = false, withheld_at = withheld_after(c.withheld_at, false)
    where c.id = p_course_id;
end;
$$;

comment on function unpublish_course is 'Takes a course out of the catalogue.';
revoke all on function unpublish_course from public;
grant execute on function unpublish_course to pgacademy_instructor, pgacademy_admin;
