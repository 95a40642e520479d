-- gamification: counters for what people do beside their lessons, each of them a metric of achievements.
-- depends: 0008.create-assessment

alter table user_stats add column quizzes_passed integer not null default 0;
alter table user_stats add column projects_created integer not null default 0;
alter table user_stats add column projects_minted integer not null default 0;
alter table user_stats add column discussions_started integer not null default 0;
alter table user_stats add column replies_posted integer not null default 0;
alter table user_stats add column solutions_accepted integer not null default 0;
alter table user_stats add column votes_received integer not null default 0;
alter table user_stats add column certificates_earned integer not null default 0;
alter table user_stats add column reviews_completed integer not null default 0;

-- One check for all of them, as the first counters have: every UPDATE pays for it. user_stats is one narrow row a person,
-- so validating it apart would save nothing.
-- squawk-ignore constraint-missing-not-valid: the columns above have locked the table already
alter table user_stats add constraint user_stats_deeds_check check (
    least(
        quizzes_passed, projects_created, projects_minted, discussions_started,
        replies_posted, solutions_accepted, votes_received,
        certificates_earned, reviews_completed
    ) >= 0
);

comment on column user_stats.quizzes_passed is 'Quizzes passed.';
comment on column user_stats.projects_created is 'Projects created, those removed since too.';
comment on column user_stats.projects_minted is 'Projects minted.';
comment on column user_stats.discussions_started is 'Discussions started.';
comment on column user_stats.replies_posted is 'Replies posted.';
comment on column user_stats.solutions_accepted is 'Replies that are the accepted solution.';
comment on column user_stats.votes_received is 'Votes up that discussions and replies have.';
comment on column user_stats.certificates_earned is 'Valid certificates held.';
comment on column user_stats.reviews_completed is 'Flashcards reviewed.';
