-- An exercise with a rubric, as its instructor enters it, and a learner whose work is handed in and graded: through the same
-- procedures, in the same roles. Optional, so that its lesson can be completed without it. A lesson that has an exercise is left
-- alone.
do $$
declare
    v_owner constant text := current_setting('role');
    v_lesson record;
    v_exercise_id uuid;
    v_learner_id uuid;
    v_submission_id uuid;
begin
    select l.id, c.instructor_id
    into v_lesson
    from lessons as l
    inner join courses as c on c.id = l.course_id
    where
        c.slug = 'mechanical-engineering-fundamentals'
        and l.slug = 'choosing-a-material'
        and not exists (select from exercises as x where x.lesson_id = l.id);

    if not found then
        return;
    end if;

    perform set_config('pgacademy.user_id', v_lesson.instructor_id::text, true);
    perform set_config('role', current_schema() || '_instructor', true);

    v_exercise_id := create_exercise(
        p_lesson_id => v_lesson.id,
        p_title => 'A material for the suspension arm',
        p_description => 'Choose one, and say in half a page what speaks for it and what against.',
        p_content => '{
            "instructions": "Compare at least two materials. Numbers count more than adjectives.",
            "prompts": [
                {"id": "choice", "text": "Which material do you choose?"},
                {"id": "why", "text": "What speaks for it, and what against?", "hint": "Mass, stiffness, price, fatigue."}
            ]
        }',
        p_rubric => '{
            "criteria": [
                {
                    "id": "comparison", "title": "Comparison", "max_points": 60,
                    "levels": [
                        {"title": "Numbers for both", "points": 60}, {"title": "Words only", "points": 30}
                    ]
                },
                {"id": "conclusion", "title": "The choice follows from it", "max_points": 40}
            ]
        }',
        p_coin_reward => 10,
        p_is_mandatory => false
    );

    perform update_exercise(p_exercise_id => v_exercise_id, p_is_published => true);
    perform set_config('role', v_owner, true);

    select e.user_id
    into v_learner_id
    from enrollments as e
    inner join users as u on u.id = e.user_id
    inner join exercises as x on x.course_id = e.course_id
    where x.id = v_exercise_id and lower(u.username) = 'meiling' and e.status = 'completed';

    if not found then
        return;
    end if;

    perform set_config('pgacademy.user_id', v_learner_id::text, true);
    perform set_config('role', current_schema() || '_student', true);

    select s.submission_id
    into v_submission_id
    from submit_exercise(
        p_exercise_id => v_exercise_id,
        p_content => '{
            "answers": {
                "choice": "Aluminium 7075",
                "why": "A third of the mass of steel at two thirds of its strength; but it tires, and costs four times as much."
            }
        }'
    ) as s;

    perform set_config('role', v_owner, true);
    perform set_config('pgacademy.user_id', v_lesson.instructor_id::text, true);
    perform set_config('role', current_schema() || '_instructor', true);

    perform grade_submission(
        p_submission_id => v_submission_id,
        p_rubric => '{
            "comparison": {"points": 50, "comment": "What of stiffness?"}, "conclusion": {"points": 40}
        }',
        p_feedback => 'Well argued.'
    );

    perform set_config('role', v_owner, true);
end;
$$;
