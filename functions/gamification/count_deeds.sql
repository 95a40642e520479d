-- count_deeds: one more of something that people do beside their lessons, with the achievements it reaches.
--
-- A deed is a metric that is a counter of user_stats and whose rows another domain keeps: a quiz passed, a project
-- created, a reply posted. A negative number takes back what no longer counts; achievements stay. What lessons move goes
-- through bump_people, in the one UPDATE of a completion.
--
-- A person comes once, and they come in the order of their ids. The caller knows that the rows it counts are new, in its own
-- transaction, and holds them; user_stats comes after them in the lock order. Counted anew by counted_deeds.
-- Returns a row for each, in their order.
--
-- called by  count_deed, make_certificates
-- requires   lock_user_stats, grant_to_people
-- errors     PA404 no such person · 23514 fewer than none · P0004 a metric that is no deed
create or replace function count_deeds(
    p_user_ids uuid[],
    p_metric text,
    p_by integer,
    p_occurred_at timestamptz[]
)
returns table (user_id uuid, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_before user_stats[];
begin
    assert p_metric in (
        'exercises_completed', 'quizzes_passed', 'projects_created', 'projects_minted', 'discussions_started',
        'replies_posted', 'solutions_accepted', 'votes_received', 'certificates_earned', 'reviews_completed'
    ), 'a metric that is counted here';

    v_before := lock_user_stats(p_user_ids => p_user_ids);

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
    where s.user_id = any(p_user_ids);

    return query
    with granted as (
        select
            g.user_id,
            jsonb_agg(
                jsonb_build_object(
                    'id', g.achievement_id, 'title', g.title, 'xp_reward', g.xp_reward,
                    'icon', coalesce(a.icon_emoji, a.icon_url)
                )
                order by g.step
            ) as achievements,
            sum(g.xp_reward)::integer as xp
        from grant_to_people(
            p_user_ids => p_user_ids, p_before => v_before, p_course_ids => null, p_occurred_at => p_occurred_at
        ) with ordinality as g (user_id, achievement_id, course_id, title, xp_reward, step)
        inner join achievements as a on a.id = g.achievement_id
        group by g.user_id
    )

    select u.user_id, coalesce(g.achievements, '[]'), coalesce(g.xp, 0)
    from unnest(p_user_ids) with ordinality as u (user_id, nth)
    left join granted as g on g.user_id = u.user_id
    order by u.nth;
end;
$$;

comment on function count_deeds is 'Internal: counts what people did beside their lessons; returns the achievements it reached.';
-- Granted to nobody: counters move with the rows they count.
revoke all on function count_deeds from public;
