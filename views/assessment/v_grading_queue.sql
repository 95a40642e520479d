-- v_grading_queue: what waits for a grade in the courses that the reader teaches; for administrators everywhere.
--
-- A page is read by its index: where course_id = … and (submitted_at, submission_id) > (the last of the page before), ordered by
-- the same two, the longest waiting first. The work itself is in exercise_submissions.
create or replace view v_grading_queue
with (security_invoker = true)
as
select
    s.id as submission_id,
    s.course_id,
    x.lesson_id,
    s.exercise_id,
    x.title as exercise_title,
    x.max_score,
    x.rubric,
    s.user_id,
    -- Looked up for the rows of the page: joined, they were for all that waits, before it was sorted.
    (select p.username from public_profiles as p where p.user_id = s.user_id) as username,
    (select p.full_name from public_profiles as p where p.user_id = s.user_id) as full_name,
    s.attempt_number,
    s.submitted_at,
    s.closed_by
from exercise_submissions as s
inner join exercises as x on x.id = s.exercise_id
where s.status = 'submitted';

comment on view v_grading_queue is 'What waits for a grade, for those who give it.';
revoke all on v_grading_queue from public;
grant select on v_grading_queue to pgacademy_instructor, pgacademy_admin;
