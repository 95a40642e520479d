-- Three cars that learners of the demo school built, two of them shown, one minted; others look at them and like them.
-- Through the same procedures, in the same roles. Whoever has a project is left alone.
do $$
declare
    v_owner constant text := current_setting('role');
    v_car record;
    v_visitor_id uuid;
    v_project_id uuid;
begin
    for v_car in
        select u.id as author_id, c.id as course_id, v.*
        from (
            values
            (1, 'meiling', 'mechanical-engineering-fundamentals', 'Firefly', 'Light enough to lift.', 62, 410, 88.5, true, true),
            (2, 'tomas', 'mechanical-engineering-fundamentals', 'Mule', 'Carries more than it weighs.', 95, 780, 71, true, false),
            (3, 'arjun', 'electric-circuits', 'Hum', 'Two motors, one of them not wired yet.', 120, 640, 55, false, false)
        ) as v (nth, author, course, title, description, power, weight, overall, is_shown, is_minted)
        inner join users as u on lower(u.username) = v.author
        inner join enrollments as e on e.user_id = u.id and e.status in ('active', 'completed')
        inner join courses as c on c.id = e.course_id and c.slug = v.course
        where
            not exists (select from projects as p where p.user_id = u.id)
            and not exists (select from deleted_projects as d where d.user_id = u.id)
        order by v.nth
    loop
        perform set_config('pgacademy.user_id', v_car.author_id::text, true);
        perform set_config('role', current_schema() || '_student', true);

        select n.project_id
        into v_project_id
        from create_project(
            p_title => v_car.title,
            p_project_type => 'car',
            p_description => v_car.description,
            p_course_id => v_car.course_id,
            p_components => jsonb_build_object(
                'components', jsonb_build_array(
                    jsonb_build_object(
                        'id', 'engine', 'type', 'engine', 'name', 'Twin motor',
                        'properties', jsonb_build_object(
                            'power', v_car.power, 'weight', 90, 'efficiency', 0.9, 'durability', 8
                        ),
                        'position', '{"x": 0, "y": 0.3, "z": 1.1}'::jsonb
                    ),
                    jsonb_build_object(
                        'id', 'frame', 'type', 'chassis', 'name', 'Tube frame',
                        'properties', jsonb_build_object(
                            'power', 0, 'weight', v_car.weight - 90, 'efficiency', 1, 'durability', 7
                        ),
                        'position', '{"x": 0, "y": 0, "z": 0}'::jsonb
                    )
                ),
                'metadata', jsonb_build_object(
                    'totalPower', v_car.power, 'totalWeight', v_car.weight, 'efficiency', 0.9, 'cost', 12 * v_car.weight
                )
            ),
            p_performance_metrics => jsonb_build_object(
                'acceleration', 7.9, 'topSpeed', 140, 'handling', 80, 'efficiency', 91, 'safety', 66,
                'overall', v_car.overall,
                'tests', '[
                    {"testType": "dyno", "results": {"score": 81, "details": {"runs": 3}}, "timestamp": "2025-03-01T10:00:00Z"}
                ]'::jsonb
            )
        ) as n;

        if v_car.is_shown then
            perform publish_project(p_project_id => v_project_id);

            for v_visitor_id in
                select a.user_id
                from public_profiles as a
                where lower(a.username) in ('noor', 'aisha', 'yuki', 'tomas') and a.user_id <> v_car.author_id
                order by a.username
            loop
                perform set_config('pgacademy.user_id', v_visitor_id::text, true);
                perform record_project_view(p_project_id => v_project_id);

                perform like_project(p_project_id => v_project_id);
            end loop;
        end if;

        perform set_config('role', v_owner, true);

        if v_car.is_minted then
            perform mint_project(
                p_project_id => v_project_id,
                p_token_id => '0.0.481516@1',
                p_nft_metadata => jsonb_build_object(
                    'name', v_car.title, 'description', v_car.description, 'image', 'ipfs://demo/firefly.png',
                    'attributes', jsonb_build_array(
                        jsonb_build_object('trait_type', 'Overall', 'value', v_car.overall, 'display_type', 'number')
                    ),
                    'properties', jsonb_build_object(
                        'files', '[{"uri": "ipfs://demo/firefly.glb", "type": "model/gltf-binary"}]'::jsonb,
                        'category', 'car', 'project_id', v_project_id, 'user_id', v_car.author_id
                    )
                )
            );
        end if;
    end loop;

    perform fold_project_views();
end;
$$;
