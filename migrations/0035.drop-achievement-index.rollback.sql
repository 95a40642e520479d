-- transactional: false

create index concurrently user_achievements_achievement_id_idx on user_achievements (achievement_id);
