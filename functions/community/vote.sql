-- vote: the caller votes a discussion or a reply up or down, changes that, or with null withdraws it.
--
-- One vote per person and target, by the table's key; not for one's own. The counters stand on a row that every voter
-- writes before looking at their own vote, so they are exact whoever votes at once; the same vote again changes nothing.
-- Votes up count for the author (votes_received); of one who has left the school nobody's count moves.
--
-- called by  people
-- requires   require_user, require_discussion, require_reply, count_deed
-- errors     PA401 · PA403 for one's own · PA404 no such target · PA409 its author has left · PA422 not up or down, not
--            exactly one target
create or replace function vote(
    p_vote_type text,
    p_discussion_id uuid default null,
    p_reply_id uuid default null
)
returns table (vote_type text, upvote_count integer, downvote_count integer)
language plpgsql
volatile
security definer -- writes votes and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_author_id uuid;
    v_before text;
    v_up integer;
    v_down integer;
begin
    if p_vote_type not in ('up', 'down') then
        raise exception 'a vote is up or down'
            using errcode = 'PA422', detail = format('vote_type = %s', left(p_vote_type, 60)),
                hint = 'Pass up, down, or null to withdraw it.';
    end if;

    if num_nonnulls(p_discussion_id, p_reply_id) <> 1 then
        raise exception 'a vote has one target'
            using errcode = 'PA422',
                detail = format(
                    'discussion_id = %s, reply_id = %s', coalesce(p_discussion_id::text, 'null'),
                    coalesce(p_reply_id::text, 'null')
                ),
                hint = 'Name a discussion or a reply.';
    end if;

    if p_reply_id is not null then
        v_author_id := (require_reply(p_reply_id => p_reply_id)).author_id;
    else
        v_author_id := (require_discussion(p_discussion_id => p_discussion_id)).author_id;
    end if;

    if v_author_id = v_user_id then
        raise exception 'nobody votes for their own'
            using errcode = 'PA403', detail = format('author_id = %s', v_author_id), hint = 'Let others decide.';
    end if;

    if p_vote_type = 'up' and not exists (select from users as u where u.id = v_author_id and u.deleted_at is null) then
        raise exception 'its author has left the school'
            using errcode = 'PA409', detail = format('author_id = %s', v_author_id), hint = 'There is nobody to thank.';
    end if;

    -- The target's row is written before the vote is looked at: with an older snapshot that fails with 40001.
    if p_reply_id is not null then
        update replies as r set upvote_count = r.upvote_count where r.id = p_reply_id;
    else
        update discussion_stats as s set upvote_count = s.upvote_count where s.discussion_id = p_discussion_id;
    end if;

    select v.vote_type
    into v_before
    from discussion_votes as v
    where
        v.user_id = v_user_id
        and v.discussion_id is not distinct from p_discussion_id
        and v.reply_id is not distinct from p_reply_id;

    v_up := (p_vote_type is not distinct from 'up')::integer - (v_before is not distinct from 'up')::integer;
    v_down := (p_vote_type is not distinct from 'down')::integer - (v_before is not distinct from 'down')::integer;

    if v_before is null and p_vote_type is not null then
        insert into discussion_votes (user_id, discussion_id, reply_id, vote_type)
        values (v_user_id, p_discussion_id, p_reply_id, p_vote_type);
    elsif p_vote_type is null then
        delete from discussion_votes as v
        where
            v.user_id = v_user_id
            and v.discussion_id is not distinct from p_discussion_id
            and v.reply_id is not distinct from p_reply_id;
    elsif v_before <> p_vote_type then
        update discussion_votes as v
        set vote_type = p_vote_type
        where
            v.user_id = v_user_id
            and v.discussion_id is not distinct from p_discussion_id
            and v.reply_id is not distinct from p_reply_id;
    end if;

    vote_type := p_vote_type;

    if p_reply_id is not null then
        update replies as r
        set upvote_count = r.upvote_count + v_up, downvote_count = r.downvote_count + v_down
        where r.id = p_reply_id
        returning r.upvote_count, r.downvote_count into upvote_count, downvote_count;
    else
        update discussion_stats as s
        set upvote_count = s.upvote_count + v_up, downvote_count = s.downvote_count + v_down
        where s.discussion_id = p_discussion_id
        returning s.upvote_count, s.downvote_count into upvote_count, downvote_count;
    end if;

    if v_up <> 0 then
        perform count_deed(p_user_id => v_author_id, p_metric => 'votes_received', p_by => v_up);
    end if;

    return next;
end;
$$;

comment on function vote is 'Votes a discussion or reply up or down, or withdraws the vote; returns what it has now.';
revoke all on function vote from public;
grant execute on function vote to pgacademy_student, pgacademy_instructor, pgacademy_admin;
