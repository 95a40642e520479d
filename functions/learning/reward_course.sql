-- reward_course: what a learner gets for a completed course, once: XP, coins and a certificate; returns the XP and the
-- coins it gave, and the achievements that the certificate reached. Nobody is paid for their own. The learner is told.
--
-- called by  apply_completion, complete_course
-- requires   setting, coin_ceiling, grant_xp, grant_coins, notify, grant_certificate
-- errors     those of grant_xp
create or replace function reward_course(
    p_user_id uuid,
    p_course_id uuid,
    p_occurred_at timestamptz,
    out xp_awarded integer,
    out coins_awarded integer,
    out achievements jsonb
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_title text;
    v_is_own boolean;
    v_xp integer;
    v_coins integer;
    v_certificate record;
begin
    select
        c.title,
        c.instructor_id = p_user_id,
        case
            when c.instructor_id = p_user_id then 0
            else coalesce(c.completion_xp, (setting(p_key => 'xp.course'))::integer, 500)
        end,
        case when c.instructor_id = p_user_id then 0 else least(c.coin_reward, coin_ceiling(p_of => 'course')) end
    into v_title, v_is_own, v_xp, v_coins
    from courses as c
    where c.id = p_course_id;

    xp_awarded := 0;
    coins_awarded := 0;

    if v_xp > 0 then
        select x.awarded
        into xp_awarded
        from grant_xp(
            p_user_id => p_user_id,
            p_amount => v_xp,
            p_source_type => 'course',
            p_source_id => p_course_id,
            p_reason => v_title,
            p_occurred_at => p_occurred_at
        ) as x;
    end if;

    if v_coins > 0 then
        coins_awarded := grant_coins(
            p_user_id => p_user_id,
            p_amount => v_coins,
            p_source_type => 'course',
            p_source_id => p_course_id,
            p_description => v_title
        );
    end if;

    v_certificate := grant_certificate(p_user_id => p_user_id, p_course_id => p_course_id, p_occurred_at => p_occurred_at);
    achievements := v_certificate.achievements;
    xp_awarded := xp_awarded + v_certificate.xp_awarded;

    if not v_is_own then
        perform notify(
            p_user_id => p_user_id,
            p_type => 'course_completed',
            p_title => left('You have completed ' || v_title, 200),
            p_related_type => 'course',
            p_related_id => p_course_id,
            p_occurred_at => p_occurred_at
        );
    end if;
end;
$$;

comment on function reward_course is 'Rewards a learner for a completed course, once; returns what was given.';
-- Granted to nobody: the reward follows the completion.
revoke all on function reward_course from public;
