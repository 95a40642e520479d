-- transactional: false

drop index concurrently user_achievements_achievement_id_earned_at_idx;
