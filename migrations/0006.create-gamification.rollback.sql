-- Loses the XP ledger, all counters, achievements, streaks and ranks.
drop table leaderboard_cache;
drop table leaderboard_generation;
drop table user_streaks;
drop table user_achievements;
drop table achievements;
drop table achievement_metrics;
drop table xp_rank_deltas;
drop table xp_rank_buckets;
drop table user_stats;
drop table xp_events;
drop table levels;
