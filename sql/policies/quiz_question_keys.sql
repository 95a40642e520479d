-- policies on quiz_question_keys: what is right is for those who teach the course, and administrators.
drop policy if exists select_own_courses on quiz_question_keys;
create policy select_own_courses on quiz_question_keys
    for select to pgacademy_instructor
    using (
        question_id = any(array(
            select t.id
            from quiz_questions as t
            inner join quizzes as q on q.id = t.quiz_id
            inner join courses as c on c.id = q.course_id
            where c.instructor_id = (select acting_instructor_id())
        ))
    );

drop policy if exists select_all on quiz_question_keys;
create policy select_all on quiz_question_keys
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- Nothing for learners, and no insert, update or delete: add_question() and update_question() are the only way in.
