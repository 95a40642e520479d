-- quiz_item_analysis: how hard each question of a quiz is, and how well it tells those who know from those who do not. Without a
-- quiz: of all of them.
--
-- difficulty is the mean share of a question's points, the p-value of test theory: 1 if everybody is right, 0 if nobody is.
-- discrimination is the correlation of the points of the question with those of all others in the attempt: the corrected
-- item-total correlation, which is the point-biserial one where points are all or nothing. Corrected, because a question
-- correlates with itself, the more so the fewer there are. (S. Henrysson, Correction of item-total correlations in item
-- analysis, Psychometrika 28 (1963), 211-218.) Below 0.2 a question hardly tells anything; below 0 its key may be wrong.
--
-- Of each learner the first attempt that was graded: later ones have seen the questions. Null where it cannot be said: fewer
-- than two learners, all of them alike, or no other question.
--
-- called by  analysts and administrators; instructors for their own courses
-- requires   require_reporter
-- errors     PA401 · PA403 another instructor's course · PA404 no such quiz
create or replace function quiz_item_analysis(
    p_quiz_id uuid default null
)
returns table (
    quiz_id uuid, quiz_title text, question_id uuid, nth integer, question_type text, is_retired boolean, answers bigint,
    max_points numeric, mean_points numeric, difficulty numeric, discrimination numeric
)
language plpgsql
stable
security definer -- reads what everybody answered; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := (select q.course_id from quizzes as q where q.id = p_quiz_id);
begin
    -- First who asks, then whether there is something: an instructor learns nothing of the quizzes of others.
    perform require_reporter(p_course_id => v_course_id);

    if v_course_id is null and p_quiz_id is not null then
        raise exception 'there is no such quiz'
            using errcode = 'PA404', detail = format('quiz_id = %s', p_quiz_id),
                hint = 'It may have been deleted.';
    end if;

    return query
    with attempts as (
        select distinct on (a.enrollment_id, a.quiz_id) a.grading, a.score
        from quiz_attempts as a
        where
            (p_quiz_id is null or (a.quiz_id = p_quiz_id and a.course_id = v_course_id))
            and a.status = 'graded'
        order by a.enrollment_id, a.quiz_id, a.attempt_number
    ),

    items as (
        select i.question_id, i.points, i.max_points, a.score - i.points as other_points
        from attempts as a
        cross join lateral jsonb_to_recordset(a.grading) as i (question_id uuid, points numeric, max_points numeric)
    ),

    counted as (
        select
            i.question_id,
            count(*) as answers,
            max(i.max_points) as max_points,
            avg(i.points) as mean_points,
            -- A question's points may have changed: each answer is measured by what it could get.
            avg(i.points / i.max_points) as difficulty,
            corr(i.points / i.max_points, i.other_points) as discrimination
        from items as i
        group by i.question_id
    )

    select
        z.id, z.title, q.id, q.position, q.question_type, q.retired_at is not null, coalesce(c.answers, 0),
        coalesce(c.max_points, q.points),
        round(c.mean_points, 4), round(c.difficulty, 4), round(c.discrimination::numeric, 4)
    from quizzes as z
    inner join quiz_questions as q on q.quiz_id = z.id
    left join counted as c on c.question_id = q.id
    where p_quiz_id is null or z.id = p_quiz_id
    order by z.title, z.id, q.position nulls last, q.id;
end;
$$;

comment on function quiz_item_analysis is
'Of each question of a quiz: difficulty (mean share of its points, 0 to 1) and discrimination (corrected item-total correlation).';
revoke all on function quiz_item_analysis from public;
grant execute on function quiz_item_analysis to pgacademy_analyst, pgacademy_admin, pgacademy_instructor;
