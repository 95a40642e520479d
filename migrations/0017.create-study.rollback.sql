-- Loses all study materials and what was made of them, every session, interaction and metric, and the memory of every
-- flashcard. Counters and streaks in user_stats stay; repair_counters() brings reviews_completed to none.
drop table review_logs;
drop table review_cards;
drop table progress_metrics;
drop table user_feedback;
drop table interactions;
drop table learning_sessions;
drop table generated_assets;
drop table content_chunks;
drop table study_materials;
