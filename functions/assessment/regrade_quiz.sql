-- regrade_quiz: grades every attempt at a quiz anew, with the keys and the passing score as they are now: after a key was
-- corrected.
--
-- Results move by the quiz's policy, up and down, and with them the scores of lessons that have their score from this quiz. Who
-- passes now has passed: the quiz counts, the lesson is completed as of when the attempt was handed in. Who no longer does
-- keeps what was completed and given. Doing it again changes nothing.
--
-- attempts_changed is how many got other points or another verdict, learners_passed how many learners passed through it,
-- scores_moved how many scores of completed lessons changed.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, lock_course, require_quiz_staff, attempt_grading, quiz_result, settle_attempt,
--            write_audit
-- errors     PA401 · PA403 · PA404 no such quiz
create or replace function regrade_quiz(
    p_quiz_id uuid
)
returns table (attempts_changed integer, learners_passed integer, scores_moved integer)
language plpgsql
volatile
security definer -- writes attempts, progress, XP and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes;
    v_course_id uuid;
    v_before jsonb;
    v_attempt record;
begin
    select q.course_id into v_course_id from quizzes as q where q.id = p_quiz_id;

    if found then
        perform require_course_staff(p_course_id => v_course_id);
        perform lock_course(p_course_id => v_course_id);
        -- Everybody who has begun, also those who are handing in now: they are seen after it.
        perform
        from enrollments as e
        where e.id in (
            select a.enrollment_id from quiz_attempts as a where a.course_id = v_course_id and a.quiz_id = p_quiz_id
        )
        order by e.id
        for no key update;
    end if;

    -- Keys stand still from here on.
    v_quiz := require_quiz_staff(p_quiz_id => p_quiz_id);

    perform write_audit(
        p_action => 'assessment.regrade_quiz', p_entity_type => 'quizzes', p_entity_id => p_quiz_id::text
    );

    select jsonb_object_agg(
        a.enrollment_id,
        quiz_result(p_enrollment_id => a.enrollment_id, p_quiz_id => p_quiz_id, p_grade_policy => v_quiz.grade_policy)
    )
    into v_before
    from (
        select distinct t.enrollment_id
        from quiz_attempts as t
        where t.course_id = v_quiz.course_id and t.quiz_id = p_quiz_id and t.status = 'graded'
    ) as a;

    with regraded as (
        select
            a.id, g.grading, g.score, g.max_score, round(100 * g.score / g.max_score, 2) as percentage
        from quiz_attempts as a
        -- Of an erased person there are no answers left to grade; what they were worth stays.
        inner join users as u on u.id = a.user_id and u.erased_at is null
        cross join lateral attempt_grading(p_question_ids => a.question_ids, p_answers => a.answers) as g
        where a.course_id = v_quiz.course_id and a.quiz_id = p_quiz_id and a.status = 'graded'
    )

    update quiz_attempts as a
    set
        grading = r.grading,
        score = r.score,
        max_score = r.max_score,
        percentage = r.percentage,
        is_passed = r.percentage >= v_quiz.passing_score,
        graded_at = clock_timestamp()
    from regraded as r
    where
        a.id = r.id
        and (a.grading, a.is_passed) is distinct from (r.grading, r.percentage >= v_quiz.passing_score);

    get diagnostics attempts_changed = row_count;

    -- In the order of people, as everywhere where several are moved at once.
    scores_moved := 0;

    if v_quiz.quiz_type = 'graded' then
        with moved as (
            select p.id, r.result
            from jsonb_each_text(v_before) as b (enrollment_id, result)
            inner join lesson_progress as p
                on p.enrollment_id = b.enrollment_id::uuid and p.lesson_id = v_quiz.lesson_id
            cross join lateral (
                select quiz_result(
                    p_enrollment_id => p.enrollment_id, p_quiz_id => p_quiz_id, p_grade_policy => v_quiz.grade_policy
                ) as result
            ) as r
            -- Only where this quiz gave the score.
            where p.status = 'completed' and p.score = b.result::numeric and r.result <> p.score
            order by p.user_id
            for no key update of p
        )

        update lesson_progress as p
        set score = m.result
        from moved as m
        where p.id = m.id;

        get diagnostics scores_moved = row_count;
    end if;

    learners_passed := 0;

    -- Each with their newest attempt: with it the result was reached.
    for v_attempt in
        select distinct on (a.user_id) a.id
        from quiz_attempts as a
        where
            a.course_id = v_quiz.course_id
            and a.quiz_id = p_quiz_id
            and a.status = 'graded'
            and not exists (
                select from quiz_attempts as f where f.user_id = a.user_id and f.quiz_id = p_quiz_id and f.first_pass
            )
            and quiz_result(
                p_enrollment_id => a.enrollment_id, p_quiz_id => p_quiz_id, p_grade_policy => v_quiz.grade_policy
            ) >= v_quiz.passing_score
        order by a.user_id, a.attempt_number desc
    loop
        perform from settle_attempt(p_attempt_id => v_attempt.id, p_is_new => false);
        learners_passed := learners_passed + 1;
    end loop;

    return next;
end;
$$;

comment on function regrade_quiz is 'Grades every attempt at a quiz anew, with the keys as they are now; says what changed.';
revoke all on function regrade_quiz from public;
grant execute on function regrade_quiz to pgacademy_instructor, pgacademy_admin;
