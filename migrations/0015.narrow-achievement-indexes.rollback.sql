-- Restores the indexes as they were; nothing is lost.
create index achievements_metric_threshold_idx on achievements (metric, threshold) where is_active;
create index achievements_scope_course_id_idx on achievements (scope_course_id);
drop index achievements_scope_course_id_metric_threshold_idx;
drop index achievements_everywhere_idx;
