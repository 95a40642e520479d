-- v_user_dashboard: a person at a glance. One row per living person whom the reader may see: themselves, or all for an
-- administrator.
--
-- Everything hangs on the person's row by a key, in subqueries that run per row: asked for one person it reads one
-- person's rows, however many there are. The streak is the one that holds today in the person's time zone, the rank the
-- one of this moment (null for the unranked).
create or replace view v_user_dashboard
with (security_invoker = true)
as
select
    u.id as user_id,
    u.username,
    u.full_name,
    u.avatar_url,
    u.avatar_emoji,
    u.bio,
    u.role,
    u.academic_level,
    u.created_at as member_since,
    coalesce(s.total_xp, 0) as total_xp,
    coalesce(s.current_level, 1) as current_level,
    -- 0 at the last level.
    coalesce(n.min_xp - coalesce(s.total_xp, 0), 0) as xp_to_next_level,
    coalesce(effective_streak(p_user_id => u.id), 0) as current_streak,
    coalesce(s.longest_streak, 0) as longest_streak,
    coalesce(s.streak_freezes, 0) as streak_freezes,
    coalesce(s.courses_enrolled, 0) as courses_enrolled,
    coalesce(s.courses_completed, 0) as courses_completed,
    coalesce(s.lessons_completed, 0) as lessons_completed,
    coalesce(s.achievements_earned, 0) as achievements_earned,
    coalesce(s.coins_earned, 0) as coins_earned,
    coalesce(b.balance, 0) as coin_balance,
    round(s.score_sum / nullif(s.score_count, 0), 2) as average_score,
    live_rank(p_user_id => u.id) as live_rank,
    s.last_activity_at,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'id', a.achievement_id, 'title', a.title, 'icon', coalesce(a.icon_emoji, a.icon_url),
                    'earned_at', a.earned_at
                )
                order by a.earned_at desc, a.id desc
            ),
            '[]'::jsonb
        )
        from (
            select r.id, r.achievement_id, r.title, r.icon_emoji, r.icon_url, r.earned_at
            from user_achievements as r
            where r.user_id = u.id
            order by r.earned_at desc, r.id desc
            limit 5
        ) as a
    ) as recent_achievements,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'course_id', e.course_id, 'title', c.title, 'progress_percentage', e.progress_percentage,
                    'completed_lessons', e.completed_lessons_count, 'total_lessons', e.total_lessons_count,
                    'current_lesson_id', e.current_lesson_id, 'last_accessed_at', e.last_accessed_at
                )
                order by e.last_accessed_at desc, e.id desc
            ),
            '[]'::jsonb
        )
        from enrollments as e
        inner join courses as c on c.id = e.course_id
        where e.user_id = u.id and e.status = 'active' and c.deleted_at is null
    ) as current_courses
from users as u
left join user_stats as s on s.user_id = u.id
left join coin_accounts as b on b.user_id = u.id
left join levels as n on n.level = s.current_level + 1
where u.deleted_at is null;

comment on view v_user_dashboard is 'A person at a glance: XP, level, streak, rank, coins, counts, latest achievements, current courses.';
revoke all on v_user_dashboard from public;
grant select on v_user_dashboard to pgacademy_student, pgacademy_instructor, pgacademy_admin;
