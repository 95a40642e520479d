-- Two learners of the demo school study what they brought themselves: a material in chunks, a summary, a quiz and
-- flashcards of it, a session, and reviews over the last weeks. Whoever has a material is left alone.
do $$
declare
    v_owner constant text := current_setting('role');
    v_today constant timestamptz := date_trunc('day', now());
    v_person record;
    v_card record;
    v_material_id uuid;
    v_session_id uuid;
    v_quiz_id uuid;
begin
    for v_person in
        select u.id as user_id, v.*
        from (
            values
            ('meiling', 'Gears and ratios', 'mechanics', array['gears', 'torque'], 14),
            ('arjun', 'Kirchhoff in practice', 'electronics', array['circuits'], 10)
        ) as v (username, title, subject_area, tags, days)
        inner join users as u on lower(u.username) = v.username
        where not exists (select from study_materials as m where m.user_id = u.id)
        order by v.username
    loop
        perform set_config('pgacademy.user_id', v_person.user_id::text, true);
        perform set_config('role', current_schema() || '_student', true);
        v_material_id := create_material(
            p_title => v_person.title, p_source_type => 'text', p_subject_area => v_person.subject_area,
            p_tags => v_person.tags, p_difficulty_level => 'beginner'
        );

        perform set_config('role', v_owner, true);
        perform store_chunks(
            p_material_id => v_material_id,
            p_chunks => '[
                {"content": "What goes in comes out somewhere: power, charge, whatever is counted.", "language": "en",
                 "relevance_score": 0.9},
                {"content": "What is gained in force is lost on the way.", "language": "en", "relevance_score": 0.7}
            ]'
        );
        perform set_material_status(p_material_id => v_material_id, p_status => 'ready');
        perform store_asset(
            p_material_id => v_material_id, p_asset_type => 'summary', p_generation_model => 'demo-model',
            p_content => '{"text": "Nothing is lost.", "key_points": ["what goes in comes out"]}', p_quality_score => 0.8
        );
        v_quiz_id := store_asset(
            p_material_id => v_material_id, p_asset_type => 'quiz', p_generation_model => 'demo-model',
            p_difficulty_level => 3,
            p_content => '{"questions": [{"question": "What is lost when force is gained?",
                "options": [{"text": "way", "is_correct": true}, {"text": "power", "is_correct": false}],
                "explanation": "Work is force times way."}]}'
        );
        perform store_asset(
            p_material_id => v_material_id, p_asset_type => 'flashcard', p_generation_model => 'demo-model',
            p_content => jsonb_build_object('front', c.front, 'back', c.back)
        )
        from (
            values
            ('What stays the same in a gearbox?', 'Power, less what friction takes.'),
            ('What does a larger wheel give?', 'More torque, less speed.'),
            ('What adds up to nothing in a node?', 'The currents.')
        ) as c (front, back);

        -- The first review when the cards were new, the second when they came again; those of today are left to do.
        for v_card in
            select c.id, row_number() over (order by c.id) as nth
            from review_cards as c
            where c.user_id = v_person.user_id
            order by c.id
        loop
            perform record_review(
                p_card_id => v_card.id, p_rating => 4, p_occurred_at => v_today - make_interval(days => v_person.days)
            );
            perform record_review(
                p_card_id => v_card.id, p_rating => 1 + v_card.nth::integer, p_occurred_at => v_today - interval '1 day'
            );
        end loop;

        perform set_config('role', current_schema() || '_student', true);
        v_session_id := start_study_session(p_material_id => v_material_id, p_session_type => 'quiz');
        perform record_interaction(p_session_id => v_session_id, p_interaction_type => 'view');
        perform record_interaction(
            p_session_id => v_session_id, p_interaction_type => 'answer', p_asset_id => v_quiz_id,
            p_interaction_data => '{"question": 0, "options": [0]}', p_response_time_ms => 4200
        );
        perform end_study_session(p_session_id => v_session_id, p_completion_percentage => 100);
        perform leave_feedback(p_feedback_type => 'rating', p_asset_id => v_quiz_id, p_rating => 4);
        perform set_config('role', v_owner, true);
    end loop;
end;
$$;
