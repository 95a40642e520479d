-- Loses all projects, who likes them and how often they were looked at. The counters in user_stats stay; repair_counters()
-- sets them to nothing.
drop table project_views;
drop table project_view_deltas;
drop table project_likes;
drop table deleted_projects;
drop table projects;
drop table project_authors;
