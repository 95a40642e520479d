-- What the learners of the demo school have done in the last weeks, each thing at its own time, counted back from the day
-- the school was made. Who is on a course already is left alone, so running this again later changes nothing.
--
-- One row of the story: who, which course, enrolled how many days ago, how many lessons done, a lesson every how many days
-- (starting a day later), scores around what, left the course or not, rating and review.
create temporary table demo_story on commit drop as
select
    u.id as user_id,
    c.id as course_id,
    date_trunc('day', now()) - make_interval(days => v.days_ago) + interval '9 hours' as enrolled_at,
    v.done,
    v.every,
    v.score,
    v.has_left,
    v.rating,
    v.review
from (
    values
    ('meiling', 'mechanical-engineering-fundamentals', 56, 8, 2, 96, false, 5, 'Finally I know why my bicycle turns.'),
    ('meiling', 'vehicle-dynamics', 36, 5, 3, 92, false, 5, 'Hard, and worth it.'),
    ('meiling', 'electric-circuits', 9, 5, 1, 100, false, null, null),
    ('tomas', 'mechanical-engineering-fundamentals', 50, 8, 3, 84, false, 4, 'The friction lab is the best part.'),
    ('tomas', 'vehicle-dynamics', 20, 3, 4, 78, false, null, null),
    ('noor', 'ledgers-explained', 52, 4, 3, 90, false, 4, null),
    ('noor', 'smart-contracts-in-practice', 38, 5, 5, 88, false, 5, 'The chapter on attacks should be compulsory.'),
    ('noor', 'drawing-with-light', 5, 4, 1, 95, false, null, null),
    ('liam', 'drawing-with-light', 49, 5, 4, 81, false, 5, 'I look at windows differently now.'),
    ('liam', 'ledgers-explained', 12, 2, 3, 70, false, null, null),
    ('aisha', 'electric-circuits', 45, 5, 4, 93, false, 4, null),
    ('aisha', 'mechanical-engineering-fundamentals', 16, 7, 2, 89, false, 5, null),
    ('yuki', 'drawing-with-light', 40, 5, 2, 98, false, 4, 'More on editing, please.'),
    ('yuki', 'ledgers-explained', 25, 1, 1, 65, true, null, null),
    ('elif', 'ledgers-explained', 38, 4, 5, 86, false, 3, null),
    ('elif', 'smart-contracts-in-practice', 11, 2, 4, 82, false, null, null),
    ('arjun', 'electric-circuits', 31, 5, 5, 77, false, 5, null),
    ('arjun', 'mechanical-engineering-fundamentals', 8, 7, 1, 91, false, null, null),
    ('ingrid', 'drawing-with-light', 28, 3, 6, 88, false, 4, null),
    ('kwame', 'mechanical-engineering-fundamentals', 22, 4, 4, 74, false, 4, null),
    ('kwame', 'electric-circuits', 6, 1, 2, 80, false, null, null),
    ('chloe', 'ledgers-explained', 14, 4, 3, 94, false, 5, 'Short and clear.'),
    ('mateo', 'mechanical-engineering-fundamentals', 7, 2, 3, 68, false, null, null)
) as v (person, course, days_ago, done, every, score, has_left, rating, review)
inner join users as u on lower(u.username) = v.person
inner join courses as c on c.slug = v.course
where not exists (select from enrollments as e where e.user_id = u.id and e.course_id = c.id);

-- Everything that happened, in the order it happened: streaks and achievements depend on it.
do $$
declare
    v_owner constant text := current_setting('role');
    v_event record;
begin
    for v_event in
        with leaves as (
            select
                l.course_id,
                l.id as lesson_id,
                row_number() over (partition by l.course_id order by coalesce(p.position, l.position), l.position) as nth
            from lessons as l
            left join lessons as p on p.id = l.parent_lesson_id
            where
                l.is_mandatory
                and not exists (select from lessons as child where child.parent_lesson_id = l.id)
        )
        select
            'enrolled' as kind,
            s.user_id,
            s.course_id,
            null::uuid as lesson_id,
            null::numeric as score,
            s.enrolled_at as at,
            null::integer as rating,
            null as review
        from demo_story as s
        union all
        select
            'completed', s.user_id, s.course_id, l.lesson_id,
            -- A little up and down around what this person usually reaches.
            least(100, s.score + (l.nth * 7 % 11) - 5),
            s.enrolled_at + make_interval(days => (l.nth * s.every)::integer - s.every + 1, mins => (l.nth * 17)::integer),
            null, null
        from demo_story as s
        inner join leaves as l on l.course_id = s.course_id and l.nth <= s.done
        union all
        select 'left', s.user_id, s.course_id, null, null, s.enrolled_at + interval '5 days', null, null
        from demo_story as s
        where s.has_left
        union all
        -- Ratings come last: rate_course() acts for the person themselves, now.
        select 'rated', s.user_id, s.course_id, null, null, now(), s.rating, s.review
        from demo_story as s
        where s.rating is not null
        order by at, user_id, course_id, kind desc
    loop
        case v_event.kind
            when 'enrolled' then
                perform record_enrollment(
                    p_user_id => v_event.user_id, p_course_id => v_event.course_id, p_occurred_at => v_event.at
                );
            when 'completed' then
                perform record_completion(
                    p_user_id => v_event.user_id,
                    p_lesson_id => v_event.lesson_id,
                    p_score => v_event.score,
                    p_seconds => 1200,
                    p_occurred_at => v_event.at
                );
            when 'left' then
                perform record_drop(
                    p_user_id => v_event.user_id, p_course_id => v_event.course_id, p_occurred_at => v_event.at
                );
            when 'rated' then
                perform set_config('pgacademy.user_id', v_event.user_id::text, true);
                perform set_config('role', current_schema() || '_student', true);
                perform rate_course(
                    p_course_id => v_event.course_id, p_rating => v_event.rating, p_review => v_event.review
                );
                perform set_config('role', v_owner, true);
        end case;
    end loop;
end;
$$;
