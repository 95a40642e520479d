-- The sums are lost, not what they are made of: 0033 fills them after the step is applied again.
alter table user_stats drop column last_accessed_at;
alter table user_stats drop column total_time_spent_seconds;
