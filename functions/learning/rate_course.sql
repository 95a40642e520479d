-- rate_course: the caller rates a course of which they have completed a lesson; rating again replaces the rating.
--
-- Returns the course's rating as it is then. The sums are moved by the trigger on enrollments, under the course's row.
--
-- called by  learners
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 not enrolled · PA409 no lesson completed yet · PA422 rating not 1 to 5,
--            review too long
create or replace function rate_course(
    p_course_id uuid,
    p_rating integer,
    p_review text default null
)
returns table (enrollment_id uuid, rating smallint, average_rating numeric, rating_count integer)
language plpgsql
volatile
security definer -- writes enrollments, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_now timestamptz := now();
    v_enrollment_id uuid;
begin
    if p_rating is null or p_rating not between 1 and 5 then
        raise exception 'a rating is 1 to 5'
            using errcode = 'PA422', detail = format('rating = %s', coalesce(p_rating::text, 'null')),
                hint = 'Pass a whole number of stars.';
    end if;

    if length(p_review) > 10000 then
        raise exception 'a review has at most 10000 characters'
            using errcode = 'PA422', detail = format('length = %s', length(p_review)), hint = 'Shorten it.';
    end if;

    -- The course before the enrolment, as everywhere.
    perform from course_stats as s where s.course_id = p_course_id for no key update;

    select e.id
    into v_enrollment_id
    from enrollments as e
    where e.user_id = v_user_id and e.course_id = p_course_id
    for no key update;

    if not found then
        raise exception 'not enrolled in this course'
            using errcode = 'PA404', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Only its learners rate a course.';
    end if;

    if not exists (
        select from lesson_progress as p where p.enrollment_id = v_enrollment_id and p.status = 'completed'
    ) then
        raise exception 'no lesson of the course is completed yet'
            using errcode = 'PA409', detail = format('course_id = %s', p_course_id),
                hint = 'Complete a lesson first.';
    end if;

    update enrollments as e
    set rating = p_rating, review = p_review, rated_at = v_now
    where e.id = v_enrollment_id;

    return query
    select v_enrollment_id, p_rating::smallint, s.average_rating::numeric, s.rating_count
    from course_stats as s
    where s.course_id = p_course_id;
end;
$$;

comment on function rate_course is 'The calling learner rates a course they have begun.';
revoke all on function rate_course from public;
grant execute on function rate_course to pgacademy_student;
