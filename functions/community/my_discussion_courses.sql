-- my_discussion_courses: the courses whose discussions the caller may read and write in; null for nobody.
--
-- Learners: those they are on or have completed, as long as their time is not over, as with lessons. Instructors: those
-- they teach. Administrators: all. General discussions are open to everyone signed in, so an empty array is not nobody.
-- The one place of this rule: policies ask it as (select my_discussion_courses()), once per statement.
--
-- called by  policies on discussions, discussion_stats and replies; require_discussion, start_discussion,
--            list_discussions, search_discussions
-- requires   current_user_id, acts_as
-- errors     28000 from verified_identity
create or replace function my_discussion_courses()
returns uuid[]
language plpgsql
stable
parallel safe
security definer -- asked by policies; reads enrolments and courses, whose policies it must not depend on
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := current_user_id();
begin
    if v_user_id is null then
        return null;
    end if;

    if acts_as('admin') then
        return array(select c.id from courses as c where c.deleted_at is null);
    end if;

    if acts_as('instructor') then
        return array(select c.id from courses as c where c.instructor_id = v_user_id and c.deleted_at is null);
    end if;

    if acts_as('student') then
        return array(
            select e.course_id
            from enrollments as e
            inner join courses as c on c.id = e.course_id
            where
                e.user_id = v_user_id
                and (
                    e.status = 'completed'
                    or (e.status = 'active' and (e.expires_at is null or e.expires_at > now()))
                )
                and c.is_active
                and c.deleted_at is null
        );
    end if;

    return null;
end;
$$;

comment on function my_discussion_courses is 'The courses whose discussions the caller may read; null for nobody.';
revoke all on function my_discussion_courses from public;
grant execute on function my_discussion_courses to pgacademy_student, pgacademy_instructor, pgacademy_admin;
