-- v_achievement_stats: how often each achievement was earned, and by what share of people.
--
-- Counted when asked, per achievement from the index alone (not the rows), so that no award writes a row everyone else
-- writes. It runs with its owner's rights, because it counts what other people have earned; it shows numbers only, of active
-- achievements.
create or replace view v_achievement_stats
with (security_barrier)
as
select
    a.id as achievement_id,
    a.slug,
    a.title,
    a.achievement_type,
    a.category,
    a.rarity,
    e.times_earned,
    e.last_earned_at
from achievements as a
cross join lateral (
    select
        count(*) as times_earned,
        max(ua.earned_at) as last_earned_at
    from user_achievements as ua
    where ua.achievement_id = a.id
) as e
where a.is_active;

comment on view v_achievement_stats is 'How often each active achievement was earned.';
revoke all on v_achievement_stats from public;
grant select on v_achievement_stats to pgacademy_student, pgacademy_instructor, pgacademy_admin;
