-- Loses every discussion, reply and vote, and what people were told. What was earned by them stays earned.
drop table notification_deltas;
drop table notification_counts;
drop table notification_preferences;
drop table notification_deliveries;
drop table notifications;
drop table discussion_views;
drop table discussion_votes;
drop table replies;
drop table discussion_stats;
drop table discussions;
drop function joined_tags(text[]);
