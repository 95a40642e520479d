-- delete_course: take a course away. The row stays, and with it what learners earned in it; the slug stays taken.
--
-- A course that a published course requires, or another of the caller's, is kept: nobody new could ever fulfil the
-- prerequisite. Drafts of others say nothing and hold up nobody: they lose the prerequisite.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, lock_course, write_audit
-- errors     PA401 · PA403 · PA404 no such course, or deleted before · PA409 another course requires it; the detail
--            names those that the caller may see
create or replace function delete_course(
    p_course_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates courses, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_course_staff(p_course_id => p_course_id);
    v_dependents text;
    v_at timestamptz := now();
begin
    -- A prerequisite added at this moment waits, or is seen.
    update write_guards as g
    set version = g.version + 1
    where g.name = 'course_prerequisites';

    perform lock_course(p_course_id => p_course_id);

    select string_agg(c.slug, ', ' order by c.slug)
    into v_dependents
    from course_prerequisites as p
    inner join courses as c on c.id = p.course_id
    where
        p.prerequisite_course_id = p_course_id
        and p.is_required
        and c.deleted_at is null
        and ((c.is_published and c.is_active) or c.instructor_id = v_user_id);

    if v_dependents is not null then
        raise exception 'other courses require this one'
            using errcode = 'PA409', detail = v_dependents,
                hint = 'Remove it from their prerequisites first, or unpublish it.';
    end if;

    perform write_audit(
        p_action => 'catalog.delete_course', p_entity_type => 'courses', p_entity_id => p_course_id::text
    );

    delete from course_prerequisites as p
    where p.prerequisite_course_id = p_course_id;

    update courses as c
    set deleted_at = v_at, is_published = false
    where c.id = p_course_id and c.deleted_at is null;

    if not found then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', p_course_id), hint = 'It has just been deleted.';
    end if;
end;
$$;

comment on function delete_course is 'Deletes a course for everyone, keeping what was learned in it.';
revoke all on function delete_course from public;
grant execute on function delete_course to pgacademy_instructor, pgacademy_admin;
