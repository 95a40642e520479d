-- gamification: an event looks at the definitions it can affect, and at no others, however many there are.
-- depends: 0014.create-exercises

-- The thresholds of everywhere that an event may have crossed; those of courses stay out of the way.
-- squawk-ignore require-concurrent-index-creation: definitions are few, and only administrators write them
create index achievements_everywhere_idx on achievements (metric, threshold) where is_active and scope_course_id is null;
-- The thresholds of one course.
-- squawk-ignore require-concurrent-index-creation: definitions are few, and only administrators write them
create index achievements_scope_course_id_metric_threshold_idx on achievements (scope_course_id, metric, threshold);

-- squawk-ignore require-concurrent-index-deletion: definitions are few, and only administrators write them
drop index achievements_metric_threshold_idx;
-- squawk-ignore require-concurrent-index-deletion: definitions are few, and only administrators write them
drop index achievements_scope_course_id_idx;
