-- mark_solution: who asked, or staff, accept a reply as the solution. Its author is told and gets XP.
--
-- A discussion has one solution, and pays for it once (setting xp.solution): whoever marks, takes back and marks
-- another gives nothing a second time. Nothing is paid, and nothing counted, for a reply of the person who asked or
-- accepts, nor to one who has left the school. A person is paid for so many solutions a day, and for so many of one who
-- asks (use_solution_quota); beyond that a solution is one, and counts, and pays nothing. Marking the same reply again
-- changes nothing; marked anew after it was taken back, its author is not told again.
--
-- called by  people
-- requires   require_user, require_reply, require_discussion_staff, setting, use_solution_quota, grant_xp, count_deed,
--            grant_achievements, notify
-- errors     PA401 · PA403 neither asked nor staff · PA404 no such reply · PA409 there is another solution
create or replace function mark_solution(
    p_reply_id uuid
)
returns table (discussion_id uuid, reply_id uuid, author_id uuid, is_new boolean, xp_awarded integer)
language plpgsql
volatile
security definer -- writes replies, counters and XP, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_reply replies := require_reply(p_reply_id => p_reply_id);
    v_now timestamptz := now();
    v_xp integer := coalesce((setting(p_key => 'xp.solution') #>> '{}')::integer, 15);
    v_discussion discussions;
    v_stats discussion_stats;
    v_before user_stats;
    v_counts boolean;
begin
    select d.* into v_discussion from discussions as d where d.id = v_reply.discussion_id;

    if v_discussion.author_id <> v_user_id then
        perform require_discussion_staff(p_course_id => v_discussion.course_id);
    end if;

    update discussion_stats as s
    set is_solved = true
    where s.discussion_id = v_reply.discussion_id
    returning s.* into v_stats;

    -- After the lock.
    v_reply := require_reply(p_reply_id => p_reply_id);
    discussion_id := v_reply.discussion_id;
    reply_id := p_reply_id;
    author_id := v_reply.author_id;
    is_new := v_reply.accepted_at is null;
    xp_awarded := 0;

    if not is_new then
        return next;
        return;
    end if;

    if exists (select from replies as r where r.discussion_id = v_reply.discussion_id and r.accepted_at is not null) then
        raise exception 'the discussion has a solution'
            using errcode = 'PA409', detail = format('discussion_id = %s', v_reply.discussion_id),
                hint = 'Take that one back first, with unmark_solution.';
    end if;

    v_counts := v_reply.author_id not in (v_user_id, v_discussion.author_id)
        and exists (select from users as u where u.id = v_reply.author_id and u.deleted_at is null);

    update replies as r
    set accepted_at = v_now, accepted_by = v_user_id, solution_counts = v_counts
    where r.id = p_reply_id;

    if v_counts then
        select s.* into v_before from user_stats as s where s.user_id = v_reply.author_id;

        if
            v_stats.solution_rewarded_at is null
            and v_xp > 0
            and use_solution_quota(p_user_id => v_reply.author_id, p_asker_id => v_discussion.author_id)
        then
            update discussion_stats as s set solution_rewarded_at = v_now where s.discussion_id = v_reply.discussion_id;

            select x.awarded
            into xp_awarded
            from grant_xp(
                p_user_id => v_reply.author_id,
                p_amount => v_xp,
                p_source_type => 'solution',
                p_source_id => v_reply.discussion_id,
                p_reason => v_discussion.title
            ) as x;
        end if;

        perform count_deed(p_user_id => v_reply.author_id, p_metric => 'solutions_accepted');

        -- What the XP itself has reached.
        if xp_awarded > 0 then
            perform grant_achievements(
                p_user_id => v_reply.author_id, p_before => v_before, p_course_id => null, p_occurred_at => null
            );
        end if;
    end if;

    if v_reply.author_id <> v_user_id then
        perform notify(
            p_user_id => v_reply.author_id,
            p_type => 'solution_accepted',
            p_title => left('Your reply is the solution: ' || v_discussion.title, 200),
            p_message => case when xp_awarded > 0 then format('It brought you %s XP.', xp_awarded) else '' end,
            p_related_type => 'reply',
            p_related_id => p_reply_id,
            p_occurrence => p_reply_id::text
        );
    end if;

    return next;
end;
$$;

comment on function mark_solution is 'Accepts a reply as the solution of its discussion; returns whether it is new and the XP it gave.';
revoke all on function mark_solution from public;
grant execute on function mark_solution to pgacademy_student, pgacademy_instructor, pgacademy_admin;
