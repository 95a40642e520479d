-- gamification: the index that 0034 has put a column more into.
-- depends: 0034.index-earned-achievements
-- transactional: false

drop index concurrently user_achievements_achievement_id_idx;
