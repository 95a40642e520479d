-- count_deed: one more of something a person does beside their lessons, with the achievements it reaches.
--
-- A deed is a metric that is a counter of user_stats and whose rows another domain keeps: a quiz passed, a project
-- created, a reply posted. A negative number takes back what no longer counts; achievements stay. What lessons move goes
-- through bump_stats, in the one UPDATE of a completion.
--
-- The caller knows that the row it counts is new, in its own transaction, and holds that row; user_stats comes after it in
-- the lock order. Counted anew by counted_deeds.
--
-- called by  apply_review, create_project, grade_submission, make_certificate, mark_solution, mint_project, post_reply, settle_attempt,
--            start_discussion, vote, withdraw_certificate, withdraw_solution
-- requires   ensure_user_stats, grant_achievements
-- errors     PA404 no such person · 23514 fewer than none · P0004 a metric that is no deed
create or replace function count_deed(
    p_user_id uuid,
    p_metric text,
    p_by integer default 1,
    p_occurred_at timestamptz default null,
    out achievements jsonb,
    out xp_awarded integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before user_stats;
begin
    assert p_metric in (
        'exercises_completed', 'quizzes_passed', 'projects_created', 'projects_minted', 'discussions_started',
        'replies_posted', 'solutions_accepted', 'votes_received', 'certificates_earned', 'reviews_completed'
    ), 'a metric that is counted here';

    loop
        select s.* into v_before from user_stats as s where s.user_id = p_user_id for no key update;

        exit when found;

        perform ensure_user_stats(p_user_id => p_user_id);
    end loop;

    update user_stats as s
    set
        exercises_completed = s.exercises_completed + case p_metric when 'exercises_completed' then p_by else 0 end,
        quizzes_passed = s.quizzes_passed + case p_metric when 'quizzes_passed' then p_by else 0 end,
        projects_created = s.projects_created + case p_metric when 'projects_created' then p_by else 0 end,
        projects_minted = s.projects_minted + case p_metric when 'projects_minted' then p_by else 0 end,
        discussions_started = s.discussions_started + case p_metric when 'discussions_started' then p_by else 0 end,
        replies_posted = s.replies_posted + case p_metric when 'replies_posted' then p_by else 0 end,
        solutions_accepted = s.solutions_accepted + case p_metric when 'solutions_accepted' then p_by else 0 end,
        votes_received = s.votes_received + case p_metric when 'votes_received' then p_by else 0 end,
        certificates_earned = s.certificates_earned + case p_metric when 'certificates_earned' then p_by else 0 end,
        reviews_completed = s.reviews_completed + case p_metric when 'reviews_completed' then p_by else 0 end
    where s.user_id = p_user_id;

    select
        jsonb_agg(
            jsonb_build_object(
                'id', g.achievement_id, 'title', g.title, 'xp_reward', g.xp_reward,
                'icon', coalesce(a.icon_emoji, a.icon_url)
            )
            order by g.step
        ),
        sum(g.xp_reward)
    into achievements, xp_awarded
    from grant_achievements(
        p_user_id => p_user_id, p_before => v_before, p_course_id => null, p_occurred_at => p_occurred_at
    ) with ordinality as g (achievement_id, course_id, title, xp_reward, step)
    inner join achievements as a on a.id = g.achievement_id;

    achievements := coalesce(achievements, '[]');
    xp_awarded := coalesce(xp_awarded, 0);
end;
$$;

comment on function count_deed is 'Internal: counts what a person did beside their lessons; returns the achievements it reached.';
-- Granted to nobody: counters move with the rows they count.
revoke all on function count_deed from public;
