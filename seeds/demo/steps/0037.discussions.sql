-- A question that was answered, one that was not, and a notice from the school, each by its author through the procedures
-- people use. Where there are discussions already nothing is added, so running this again changes nothing.
do $$
declare
    v_owner constant text := current_setting('role');
    v_course_id uuid;
    v_teacher text;
    v_people jsonb;
    v_line record;
    v_made jsonb := '{}';
    v_id uuid;
begin
    select c.id, i.username
    into v_course_id, v_teacher
    from courses as c
    inner join users as i on i.id = c.instructor_id
    where c.slug = 'mechanical-engineering-fundamentals' and not exists (select from discussions);

    if not found then
        return;
    end if;

    select jsonb_object_agg(lower(u.username), u.id)
    into v_people
    from users as u
    where u.deleted_at is null and u.username is not null;

    for v_line in
        select l.*
        from (
            values
            (1, 'kwame', 'ask', 'bend', null, 'Why is a car in a bend accelerated?', 'Its speed stays the same, so what changes?'),
            (2, 'meiling', 'reply', 'direction', 'bend', null, 'The direction. Velocity is speed *and* direction.'),
            (3, 'tomas', 'reply', 'force', 'bend', null, 'Something pushes you to the side, that must be it.'),
            (4, 'kwame', 'reply', 'thanks', 'direction', null, 'So friction is the force towards the middle. Thank you!'),
            (5, 'kwame', 'vote', 'direction', null, null, null),
            (6, 'aisha', 'vote', 'direction', null, null, null),
            (7, 'aisha', 'vote', 'bend', null, null, null),
            (8, 'kwame', 'solve', 'direction', null, null, null),
            (9, 'mateo', 'ask', 'units', null, 'Which units does the exam use?', 'Metres and newtons, or may we answer in pounds?'),
            (10, 'aisha', 'general', 'streak', null, 'How do you keep your streak?', 'Tell me your tricks. Mine: a lesson before breakfast.'),
            (11, 'noor', 'reply', 'evening', 'streak', null, 'The same, but before bed.')
        ) as l (step, person, deed, name, target, title, content)
        order by l.step
    loop
        perform set_config('pgacademy.user_id', v_people ->> v_line.person, true);
        perform set_config('role', current_schema() || '_student', true);

        case v_line.deed
            when 'ask' then
                select d.discussion_id into v_id
                from start_discussion(
                    p_title => v_line.title, p_content => v_line.content, p_course_id => v_course_id,
                    p_category => 'question', p_tags => array['motion']
                ) as d;
            when 'general' then
                select d.discussion_id into v_id
                from start_discussion(p_title => v_line.title, p_content => v_line.content) as d;
            when 'reply' then
                select r.reply_id into v_id
                from post_reply(
                    p_discussion_id => coalesce(
                        (select r.discussion_id from replies as r where r.id = (v_made ->> v_line.target)::uuid),
                        (v_made ->> v_line.target)::uuid
                    ),
                    p_content => v_line.content,
                    p_parent_reply_id => (select r.id from replies as r where r.id = (v_made ->> v_line.target)::uuid)
                ) as r;
            when 'vote' then
                perform vote(
                    p_vote_type => 'up',
                    p_discussion_id => (select d.id from discussions as d where d.id = (v_made ->> v_line.name)::uuid),
                    p_reply_id => (select r.id from replies as r where r.id = (v_made ->> v_line.name)::uuid)
                );
            when 'solve' then
                perform mark_solution(p_reply_id => (v_made ->> v_line.name)::uuid);
        end case;

        if v_line.deed in ('ask', 'general', 'reply') then
            v_made := v_made || jsonb_build_object(v_line.name, v_id);
        end if;

        perform set_config('role', v_owner, true);
    end loop;

    -- What the teacher keeps on top.
    perform set_config('pgacademy.user_id', v_people ->> lower(v_teacher), true);
    perform set_config('role', current_schema() || '_instructor', true);
    perform moderate_discussion(p_discussion_id => (v_made ->> 'units')::uuid, p_is_pinned => true);
    perform set_config('role', v_owner, true);
end;
$$;
