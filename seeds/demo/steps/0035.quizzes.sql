-- A quiz with a question of each type, as its instructor enters it, and a learner who takes it: through the same procedures,
-- in the same roles. Practice, so that its lesson can be completed without it. A lesson that has a quiz is left alone.
do $$
declare
    v_owner constant text := current_setting('role');
    v_lesson record;
    v_quiz_id uuid;
    v_learner_id uuid;
    v_attempt record;
begin
    select l.id, c.instructor_id
    into v_lesson
    from lessons as l
    inner join courses as c on c.id = l.course_id
    where
        c.slug = 'mechanical-engineering-fundamentals'
        and l.slug = 'force-and-motion'
        and not exists (select from quizzes as q where q.lesson_id = l.id);

    if not found then
        return;
    end if;

    perform set_config('pgacademy.user_id', v_lesson.instructor_id::text, true);
    perform set_config('role', current_schema() || '_instructor', true);

    v_quiz_id := create_quiz(
        p_lesson_id => v_lesson.id,
        p_title => 'Force and motion: what stays?',
        p_description => 'Six short questions. Take it as often as you like.',
        p_time_limit_minutes => 20,
        p_max_attempts => null,
        p_shuffle_questions => true,
        p_shuffle_options => true,
        p_show_answers => 'after_passing'
    );

    perform add_question(
        p_quiz_id => v_quiz_id,
        p_question_type => v.question_type,
        p_question_text => v.question_text,
        p_options => v.options,
        p_answer_key => v.answer_key,
        p_explanation => v.explanation
    )
    from (
        values
        (
            1, 'multiple_choice', 'Which unit is a force measured in?',
            '[{"id": "j", "text": "Joule"}, {"id": "n", "text": "Newton"}, {"id": "w", "text": "Watt"}]'::jsonb,
            '{"correct": "n"}'::jsonb, 'A newton makes a kilogram faster by a metre per second, every second.'
        ),
        (
            2, 'multiple_select', 'Which of these are vectors?',
            '[
                {"id": "v", "text": "Velocity"}, {"id": "m", "text": "Mass"}, {"id": "f", "text": "Force"},
                {"id": "t", "text": "Temperature"}
            ]',
            '{"correct": ["v", "f"]}', 'They have a direction.'
        ),
        (
            3, 'true_false', 'A car at constant speed in a bend is not accelerated.',
            null, '{"correct": false}', 'Its velocity changes direction.'
        ),
        (
            4, 'short_answer', 'Who wrote the Principia?',
            null, '{"accepted": ["Newton", "Isaac Newton", {"text": "Neuton", "credit": 0.5}]}', 'In 1687.'
        ),
        (
            5, 'numeric', 'A car of 1200 kg speeds up by 2.5 m/s². What force does that take, in newtons?',
            null, '{"value": 3000, "tolerance": 1, "partial_tolerance": 300}', 'F = m · a.'
        ),
        (
            6, 'ordering', 'Put in order, the fastest first.',
            '[{"id": "s", "text": "Sound"}, {"id": "l", "text": "Light"}, {"id": "c", "text": "A racing car"}]',
            '{"correct": ["l", "s", "c"]}', 'In air, each about a million, or three, times the next.'
        )
    ) as v (ordinal, question_type, question_text, options, answer_key, explanation);

    perform update_quiz(p_quiz_id => v_quiz_id, p_is_published => true);
    perform set_config('role', v_owner, true);

    -- One who knows most of it.
    select e.user_id
    into v_learner_id
    from enrollments as e
    inner join users as u on u.id = e.user_id
    inner join quizzes as q on q.course_id = e.course_id
    where q.id = v_quiz_id and lower(u.username) = 'meiling' and e.status = 'completed';

    if not found then
        return;
    end if;

    perform set_config('pgacademy.user_id', v_learner_id::text, true);
    perform set_config('role', current_schema() || '_student', true);

    select s.* into v_attempt from start_quiz(p_quiz_id => v_quiz_id) as s;

    perform submit_quiz(
        p_attempt_id => v_attempt.attempt_id,
        p_answers => (
            select
                jsonb_object_agg(
                    q.item ->> 'id',
                    case q.item ->> 'type'
                        when 'multiple_choice' then '"n"'::jsonb
                        when 'multiple_select' then '["v", "f"]'
                        when 'true_false' then 'false'
                        when 'short_answer' then '"Newton"'
                        when 'numeric' then '2900'
                        else (
                            select jsonb_agg(
                                o.value -> 'id'
                                order by array_position(array['Light', 'A racing car', 'Sound'], o.value ->> 'text')
                            )
                            from jsonb_array_elements(q.item -> 'options') as o (value)
                        )
                    end
                )
            from jsonb_array_elements(v_attempt.questions) as q (item)
        )
    );

    perform set_config('role', v_owner, true);
end;
$$;
