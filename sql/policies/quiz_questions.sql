-- policies on quiz_questions: for those who teach the course, and administrators. A learner reads the questions of their
-- attempts, which start_quiz() and review_quiz() return: not before they begin.
drop policy if exists select_own_courses on quiz_questions;
create policy select_own_courses on quiz_questions
    for select to pgacademy_instructor
    using (
        quiz_id = any(array(
            select q.id
            from quizzes as q
            inner join courses as c on c.id = q.course_id
            where c.instructor_id = (select acting_instructor_id())
        ))
    );

drop policy if exists select_all on quiz_questions;
create policy select_all on quiz_questions
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- Nothing for learners, and no insert, update or delete: add_question() and update_question() are the only way in.
