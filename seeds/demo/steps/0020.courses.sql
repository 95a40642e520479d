-- Six courses with their chapters and lessons, as their instructor enters them: through the same procedures, in the same
-- role. Courses are found again by their slug; one that is there is left as it is.
create temporary table demo_course on commit drop as
select v.*
from (
    values
    (
        1, 'samuel@example.org', 'mechanical-engineering-fundamentals', 'Mechanical Engineering Fundamentals',
        'Learn the basics of mechanical engineering through car design',
        'Engineering', 'mechanical', null, 'beginner', 300, null::integer,
        '{
            "objectives": [
                "Understand basic physics principles",
                "Learn about materials and their properties",
                "Master vehicle design concepts"
            ]
        }'::jsonb
    ),
    (
        2, 'samuel@example.org', 'vehicle-dynamics', 'Vehicle Dynamics',
        'Why a car understeers, and what a designer does about it',
        'Engineering', 'mechanical', null, 'intermediate', 240, null,
        '["Draw the forces on a tyre", "Predict how a car takes a corner", "Tune a suspension"]'
    ),
    (
        3, 'samuel@example.org', 'electric-circuits', 'Electric Circuits',
        'From Ohm''s law to a circuit you can build on a table',
        'Engineering', 'electrical', null, 'beginner', 180, null,
        '["Read a circuit diagram", "Calculate currents and voltages", "Build a charger"]'
    ),
    (
        4, 'marta@example.org', 'drawing-with-light', 'Drawing with Light',
        'Photography from the first exposure to a small exhibition',
        'Art', null, null, 'beginner', 150, 8,
        '["Expose by hand", "Compose a frame", "Edit a series"]'
    ),
    (
        5, 'marta@example.org', 'ledgers-explained', 'Ledgers Explained',
        'What a distributed ledger is, and what it is not',
        'Blockchain', null, 'explorer', 'beginner', 90, null,
        '["Explain consensus", "Read a transaction", "Keep a wallet safe"]'
    ),
    (
        6, 'marta@example.org', 'smart-contracts-in-practice', 'Smart Contracts in Practice',
        'Write, test and deploy a contract that somebody could rely on',
        'Blockchain', null, 'developer', 'intermediate', 360, null,
        '["Write a contract", "Test it against an attacker", "Deploy and verify it"]'
    )
) as v (
    ordinal, instructor, slug, title, description, category, discipline, track, difficulty, minutes, seats, objectives
)
where not exists (select from courses as c where c.slug = v.slug);

-- A chapter has no chapter of its own; a lesson names the chapter it is in. Order within a course is the ordinal's.
create temporary table demo_lesson on commit drop as
select v.*
from (
    values
    ('mechanical-engineering-fundamentals', 1, null, 'physics', 'Basic physics principles', 'theory', null, true),
    ('mechanical-engineering-fundamentals', 2, 'physics', 'force-and-motion', 'Force and motion', 'video', 25, true),
    ('mechanical-engineering-fundamentals', 3, 'physics', 'energy-and-power', 'Energy and power', 'theory', 30, true),
    ('mechanical-engineering-fundamentals', 4, 'physics', 'friction-lab', 'Friction on a slope', 'interactive', 40, true),
    ('mechanical-engineering-fundamentals', 5, null, 'materials', 'Materials and their properties', 'theory', null, true),
    ('mechanical-engineering-fundamentals', 6, 'materials', 'stress-and-strain', 'Stress and strain', 'theory', 35, true),
    ('mechanical-engineering-fundamentals', 7, 'materials', 'choosing-a-material', 'Choosing a material', 'interactive', 40, true),
    ('mechanical-engineering-fundamentals', 8, null, 'vehicles', 'Vehicle design concepts', 'theory', null, true),
    ('mechanical-engineering-fundamentals', 9, 'vehicles', 'chassis-and-body', 'Chassis and body', 'video', 30, true),
    ('mechanical-engineering-fundamentals', 10, 'vehicles', 'engine-and-drive', 'Engine and drive', 'theory', 40, true),
    ('mechanical-engineering-fundamentals', 11, 'vehicles', 'your-first-car', 'Your first car', 'project', 60, true),
    ('mechanical-engineering-fundamentals', 12, null, 'a-short-history', 'A short history of the car', 'text', 15, false),
    ('vehicle-dynamics', 1, null, 'tyres', 'What a tyre does', 'theory', 40, true),
    ('vehicle-dynamics', 2, null, 'load-transfer', 'Load transfer', 'theory', 40, true),
    ('vehicle-dynamics', 3, null, 'cornering', 'Cornering', 'interactive', 50, true),
    ('vehicle-dynamics', 4, null, 'suspension', 'Springs and dampers', 'video', 50, true),
    ('vehicle-dynamics', 5, null, 'tune-a-car', 'Tune a car', 'project', 60, true),
    ('electric-circuits', 1, null, 'basics', 'Basics', 'theory', null, true),
    ('electric-circuits', 2, 'basics', 'charge-and-current', 'Charge and current', 'video', 20, true),
    ('electric-circuits', 3, 'basics', 'ohms-law', 'Ohm''s law', 'theory', 30, true),
    ('electric-circuits', 4, 'basics', 'series-and-parallel', 'Series and parallel', 'interactive', 35, true),
    ('electric-circuits', 5, null, 'practice', 'Practice', 'theory', null, true),
    ('electric-circuits', 6, 'practice', 'reading-diagrams', 'Reading diagrams', 'text', 25, true),
    ('electric-circuits', 7, 'practice', 'a-charger', 'A charger on the table', 'project', 70, true),
    ('drawing-with-light', 1, null, 'exposure', 'Exposure', 'video', 30, true),
    ('drawing-with-light', 2, null, 'composition', 'Composition', 'theory', 30, true),
    ('drawing-with-light', 3, null, 'portraits', 'Portraits', 'video', 30, true),
    ('drawing-with-light', 4, null, 'editing', 'Editing a series', 'interactive', 30, true),
    ('drawing-with-light', 5, null, 'exhibition', 'A small exhibition', 'project', 30, true),
    ('ledgers-explained', 1, null, 'why-a-ledger', 'Why a ledger?', 'text', 15, true),
    ('ledgers-explained', 2, null, 'consensus', 'Consensus', 'theory', 30, true),
    ('ledgers-explained', 3, null, 'transactions', 'Reading a transaction', 'interactive', 25, true),
    ('ledgers-explained', 4, null, 'wallets', 'Wallets and keys', 'theory', 20, true),
    ('smart-contracts-in-practice', 1, null, 'first-contract', 'A first contract', 'theory', 60, true),
    ('smart-contracts-in-practice', 2, null, 'state-and-events', 'State and events', 'theory', 60, true),
    ('smart-contracts-in-practice', 3, null, 'testing', 'Testing', 'interactive', 60, true),
    ('smart-contracts-in-practice', 4, null, 'attacks', 'Thinking like an attacker', 'theory', 80, true),
    ('smart-contracts-in-practice', 5, null, 'deployment', 'Deployment', 'project', 100, true)
) as v (course, ordinal, chapter, slug, title, lesson_type, minutes, is_mandatory)
where exists (select from demo_course as c where c.slug = v.course);

do $$
declare
    v_owner constant text := current_setting('role');
    v_course demo_course;
    v_lesson demo_lesson;
    v_course_id uuid;
    v_instructor_id uuid;
    v_chapters jsonb;
    v_course_lessons demo_lesson[];
    v_lesson_id uuid;
begin
    -- One course after the other, because each is entered by its own instructor, and a lesson needs its chapter's id.
    for v_course in select c.* from demo_course as c order by c.ordinal loop
        select u.id
        into strict v_instructor_id
        from users as u
        where lower(u.email) = v_course.instructor and u.deleted_at is null;

        v_course_lessons := array(
            select l from demo_lesson as l where l.course = v_course.slug order by l.ordinal
        );

        perform set_config('pgacademy.user_id', v_instructor_id::text, true);
        perform set_config('role', current_schema() || '_instructor', true);

        select c.course_id
        into strict v_course_id
        from create_course(
            p_title => v_course.title,
            p_slug => v_course.slug,
            p_description => v_course.description,
            p_category => v_course.category,
            p_discipline => v_course.discipline,
            p_track => v_course.track,
            p_difficulty => v_course.difficulty,
            p_estimated_minutes => v_course.minutes,
            p_learning_objectives => v_course.objectives,
            p_max_enrollments => v_course.seats
        ) as c;

        v_chapters := '{}';
        foreach v_lesson in array v_course_lessons loop
            select l.lesson_id
            into strict v_lesson_id
            from add_lesson(
                p_course_id => v_course_id,
                p_parent_lesson_id => (v_chapters ->> v_lesson.chapter)::uuid,
                p_slug => v_lesson.slug,
                p_title => v_lesson.title,
                p_lesson_type => v_lesson.lesson_type,
                p_duration_minutes => v_lesson.minutes,
                p_is_mandatory => v_lesson.is_mandatory,
                p_is_preview => v_lesson.ordinal <= 2
            ) as l;
            v_chapters := v_chapters || jsonb_build_object(v_lesson.slug, v_lesson_id);
        end loop;

        perform publish_course(p_course_id => v_course_id);
        perform set_config('role', v_owner, true);
    end loop;
end;
$$;

-- What comes before what: one must be completed first, one is only recommended.
do $$
declare
    v_owner constant text := current_setting('role');
    v_edge record;
begin
    for v_edge in
        select
            c.id as course_id,
            p.id as prerequisite_course_id,
            c.instructor_id,
            v.is_required
        from (
            values
            ('vehicle-dynamics', 'mechanical-engineering-fundamentals', true),
            ('smart-contracts-in-practice', 'ledgers-explained', true),
            ('vehicle-dynamics', 'electric-circuits', false)
        ) as v (course, prerequisite, is_required)
        inner join courses as c on c.slug = v.course
        inner join courses as p on p.slug = v.prerequisite
        where not exists (
            select
            from course_prerequisites as e
            where e.course_id = c.id and e.prerequisite_course_id = p.id
        )
    loop
        perform set_config('pgacademy.user_id', v_edge.instructor_id::text, true);
        perform set_config('role', current_schema() || '_instructor', true);
        perform add_prerequisite(
            p_course_id => v_edge.course_id,
            p_prerequisite_course_id => v_edge.prerequisite_course_id,
            p_is_required => v_edge.is_required
        );
        perform set_config('role', v_owner, true);
    end loop;
end;
$$;
