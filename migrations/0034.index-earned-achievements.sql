-- gamification: how often each achievement was earned, and when last, without the rows of those who did.
-- depends: 0033.fill-time
-- transactional: false

create index concurrently user_achievements_achievement_id_earned_at_idx on user_achievements (achievement_id, earned_at);
