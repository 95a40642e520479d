-- v_my_achievements: the caller's achievements, those still to come with how far they are.
--
-- One row per active achievement. value and progress are what is counted now; progress is null until it is earned
-- where that is not known: in a course's own achievement, or for a metric nothing counts yet. What was earned and has
-- been retired since is in user_achievements.
create or replace view v_my_achievements
with (security_invoker)
as
select
    a.id as achievement_id,
    a.slug,
    a.title,
    a.description,
    a.achievement_type,
    a.category,
    a.icon_url,
    a.icon_emoji,
    a.rarity,
    a.metric,
    a.threshold,
    a.scope_course_id as course_id,
    m.value,
    case
        when ua.id is not null then 100.00
        -- Rounded down: 100 is for those who have it.
        when m.value is not null then least(trunc(m.value * 100 / a.threshold, 2), 99.99)
    end as progress,
    ua.id is not null as is_earned,
    ua.earned_at
from achievements as a
left join user_stats as s on s.user_id = (select current_user_id())
left join lateral metric_values(p_stats => s) as m on m.metric = a.metric and a.scope_course_id is null
left join user_achievements as ua on ua.achievement_id = a.id and ua.user_id = (select current_user_id())
where a.is_active;

comment on view v_my_achievements is 'The caller''s achievements, earned and to come, with progress.';
revoke all on v_my_achievements from public;
grant select on v_my_achievements to pgacademy_student, pgacademy_instructor, pgacademy_admin;
