-- gamification: the XP ledger, what is counted per person, levels, achievements, streaks, ranks.
-- depends: 0005.create-learning

-- levels: the curve as data. Reaching level L takes 50 * L * (L - 1) XP.
create table levels (
    level integer not null constraint levels_pkey primary key,
    min_xp bigint not null constraint levels_min_xp_key unique,
    constraint levels_level_check check (level between 1 and 100),
    constraint levels_min_xp_check check (min_xp >= 0 and (level > 1 or min_xp = 0))
);

alter table levels enable row level security;

comment on table levels is 'XP needed for each level.';
comment on column levels.level is 'Level, 1 to 100.';
comment on column levels.min_xp is 'XP from which on a person is at this level.';

insert into levels (level, min_xp)
select
    l.level,
    50::bigint * l.level * (l.level - 1) as min_xp
from generate_series(1, 100) as l (level);


-- xp_events: the ledger. Rows are added and never changed; a correction is a row with the opposite amount. Kept for
-- ever and not partitioned by time, which would lose "once per source".
create table xp_events (
    id uuid not null default uuid_v7() constraint xp_events_pkey primary key,
    user_id uuid not null constraint xp_events_user_id_fkey references users,
    amount integer not null,
    source_type text not null,
    source_id uuid,
    occurrence text not null default '',
    reason text,
    awarded_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint xp_events_user_id_source_type_source_id_occurrence_key
    unique nulls not distinct (user_id, source_type, source_id, occurrence),
    constraint xp_events_amount_check check (amount <> 0 and abs(amount) <= 100000),
    constraint xp_events_amount_sign_check check (amount > 0 or source_type = 'reversal'),
    constraint xp_events_source_type_format_check check (source_type ~ '^[a-z][a-z0-9_]{0,49}$'),
    constraint xp_events_occurrence_length_check check (length(occurrence) <= 100),
    constraint xp_events_reason_length_check check (length(reason) <= 500)
);

-- A person's history, newest first.
create index xp_events_user_id_awarded_at_idx on xp_events (user_id, awarded_at desc);

alter table xp_events enable row level security;

comment on table xp_events is 'XP ledger: one row per award, once per person, source and occurrence.';
comment on column xp_events.id is 'Identifier.';
comment on column xp_events.user_id is 'Who got it.';
comment on column xp_events.amount is 'XP; negative only for a reversal.';
comment on column xp_events.source_type is 'What kind of thing it was given for: lesson, course, achievement, reversal, ...';
comment on column xp_events.source_id is 'Which one.';
comment on column xp_events.occurrence is 'Names one of several awards for the same source, for example a local date; empty otherwise.';
comment on column xp_events.reason is 'For people to read.';
comment on column xp_events.awarded_at is 'When it was earned.';
comment on column xp_events.created_at is 'When the row was written.';


-- user_stats: what is counted about a person, narrow and written with every event. Nothing that changes is indexed but
-- total_xp, which the live rank needs.
create table user_stats (
    user_id uuid not null constraint user_stats_pkey primary key
    constraint user_stats_user_id_fkey references users on delete cascade,
    total_xp bigint not null default 0,
    current_level integer not null default 1,
    week_start date,
    weekly_xp bigint not null default 0,
    month_start date,
    monthly_xp bigint not null default 0,
    current_streak integer not null default 0,
    longest_streak integer not null default 0,
    last_streak_date date,
    streak_freezes smallint not null default 0,
    courses_enrolled integer not null default 0,
    courses_completed integer not null default 0,
    lessons_completed integer not null default 0,
    exercises_completed integer not null default 0,
    achievements_earned integer not null default 0,
    perfect_scores integer not null default 0,
    score_sum numeric(14, 2) not null default 0,
    score_count integer not null default 0,
    coins_earned bigint not null default 0,
    is_ranked boolean not null default true,
    last_activity_at timestamptz,
    updated_at timestamptz not null default now(),
    constraint user_stats_total_xp_check check (total_xp >= 0),
    constraint user_stats_current_level_check check (current_level between 1 and 100),
    constraint user_stats_current_streak_check check (current_streak >= 0 and current_streak <= longest_streak),
    constraint user_stats_streak_freezes_check check (streak_freezes between 0 and 2),
    constraint user_stats_counts_check check (
        least(
            courses_enrolled, courses_completed, lessons_completed, exercises_completed, achievements_earned,
            perfect_scores, score_count
        ) >= 0
    )
) with (fillfactor = 70);

-- The board: best first, ties by person. Costs 7 to 12 % of the award throughput, and makes every rank exact.
create index user_stats_total_xp_idx on user_stats (total_xp desc, user_id) where is_ranked;

alter table user_stats enable row level security;

comment on table user_stats is 'What is counted about a person; system-written.';
comment on column user_stats.user_id is 'The person.';
comment on column user_stats.total_xp is 'Sum of their xp_events.';
comment on column user_stats.current_level is 'Level, 1 to 100.';
comment on column user_stats.week_start is 'Monday of the week weekly_xp counts.';
comment on column user_stats.weekly_xp is 'XP of that week.';
comment on column user_stats.month_start is 'First day of the month monthly_xp counts.';
comment on column user_stats.monthly_xp is 'XP of that month.';
comment on column user_stats.current_streak is 'Active days in a row as of last_streak_date; see effective_streak().';
comment on column user_stats.longest_streak is 'The longest there was.';
comment on column user_stats.last_streak_date is 'Last local date the streak covers.';
comment on column user_stats.streak_freezes is 'Freezes held, at most 2.';
comment on column user_stats.courses_enrolled is 'Enrolments ever made.';
comment on column user_stats.courses_completed is 'Courses completed.';
comment on column user_stats.lessons_completed is 'Lessons completed, optional ones too.';
comment on column user_stats.exercises_completed is 'Exercises completed.';
comment on column user_stats.achievements_earned is 'Achievements earned.';
comment on column user_stats.perfect_scores is 'Lessons completed with a score of 100.';
comment on column user_stats.score_sum is 'Sum of the scores of completed lessons.';
comment on column user_stats.score_count is 'How many of them have a score.';
comment on column user_stats.coins_earned is 'Coins ever earned.';
comment on column user_stats.is_ranked is 'Whether they are shown in rankings: living, active, not opted out.';
comment on column user_stats.last_activity_at is 'When they last learned something.';
comment on column user_stats.updated_at is 'When the row was last changed.';


-- xp_rank_buckets and xp_rank_deltas: how many ranked people there are at each height of XP, so that a rank is a few
-- hundred additions instead of counting everyone above. Writers append deltas, fold_xp_ranks() folds them in: no award
-- ever waits for another person's.
create table xp_rank_buckets (
    width integer not null,
    bucket bigint not null,
    people bigint not null,
    constraint xp_rank_buckets_pkey primary key (width, bucket),
    constraint xp_rank_buckets_width_check check (width in (100, 10000)),
    constraint xp_rank_buckets_bucket_check check (bucket >= 0)
);

alter table xp_rank_buckets enable row level security;

comment on table xp_rank_buckets is 'Histogram of total_xp over ranked people, in two widths.';
comment on column xp_rank_buckets.width is 'XP per bucket: 100 or 10000.';
comment on column xp_rank_buckets.bucket is 'total_xp / width, rounded down.';
comment on column xp_rank_buckets.people is 'Ranked people in it, without the deltas not folded yet.';

create table xp_rank_deltas (
    id bigint generated always as identity constraint xp_rank_deltas_pkey primary key,
    bucket bigint not null,
    people smallint not null,
    constraint xp_rank_deltas_people_check check (people in (-1, 1))
    -- Rows come and go with every fold: vacuum by their number, not by a share of a table that is usually empty.
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

alter table xp_rank_deltas enable row level security;

comment on table xp_rank_deltas is 'Changes of the histogram that are not folded in yet.';
comment on column xp_rank_deltas.id is 'Identifier.';
comment on column xp_rank_deltas.bucket is 'total_xp / 100, rounded down.';
comment on column xp_rank_deltas.people is '+1 for a person who arrived, -1 for one who left.';


-- achievement_metrics: what an achievement can count. Vocabulary, not data: metric_values() knows how to read each.
create table achievement_metrics (
    metric text not null constraint achievement_metrics_pkey primary key,
    description text not null,
    is_course_scoped boolean not null default false,
    constraint achievement_metrics_metric_format_check check (metric ~ '^[a-z][a-z_]{0,49}$')
);

alter table achievement_metrics enable row level security;

comment on table achievement_metrics is 'What an achievement''s criteria may count.';
comment on column achievement_metrics.metric is 'Its name in criteria.';
comment on column achievement_metrics.description is 'What it counts.';
comment on column achievement_metrics.is_course_scoped is 'Whether it can be counted within one course.';

insert into achievement_metrics (metric, description, is_course_scoped) values
('lessons_completed', 'Lessons completed.', true),
('courses_completed', 'Courses completed.', true),
('courses_enrolled', 'Courses enrolled in.', true),
('exercises_completed', 'Exercises completed.', false),
('quizzes_passed', 'Quizzes passed.', false),
('perfect_scores', 'Lessons completed with a score of 100.', true),
('projects_created', 'Projects created.', false),
('projects_minted', 'Projects minted as NFT.', false),
('streak_days', 'Days of the current streak.', false),
('longest_streak', 'Days of the longest streak.', false),
('total_xp', 'Total XP.', false),
('current_level', 'Level reached.', false),
('discussions_started', 'Discussions started.', false),
('replies_posted', 'Replies posted.', false),
('solutions_accepted', 'Replies accepted as solution.', false),
('votes_received', 'Votes received.', false),
('coins_earned', 'Coins earned.', false),
('certificates_earned', 'Certificates earned.', false),
('reviews_completed', 'Flashcards reviewed.', false);


-- achievements: definitions. What a definition counts is derived from its criteria, so that an event finds the
-- thresholds it may have crossed with one index scan.
create table achievements (
    id uuid not null default uuid_v7() constraint achievements_pkey primary key,
    slug text not null constraint achievements_slug_key unique,
    title text not null,
    description text,
    achievement_type text not null default 'milestone',
    category text,
    icon_url text,
    icon_emoji text,
    rarity text not null default 'common',
    criteria jsonb not null,
    metric text not null generated always as (criteria ->> 'metric') stored
    constraint achievements_metric_fkey references achievement_metrics,
    threshold numeric not null generated always as ((criteria ->> 'threshold')::numeric) stored,
    scope_course_id uuid generated always as (nullif(criteria ->> 'scope', 'global')::uuid) stored
    constraint achievements_scope_course_id_fkey references courses,
    xp_reward integer,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint achievements_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
    constraint achievements_title_length_check check (length(title) between 1 and 255),
    constraint achievements_description_length_check check (length(description) <= 2000),
    constraint achievements_achievement_type_length_check check (length(achievement_type) between 1 and 50),
    constraint achievements_category_length_check check (length(category) between 1 and 50),
    constraint achievements_icon_url_length_check check (length(icon_url) <= 1000),
    constraint achievements_icon_emoji_length_check check (length(icon_emoji) <= 16),
    constraint achievements_rarity_check check (rarity in ('common', 'uncommon', 'rare', 'epic', 'legendary')),
    constraint achievements_criteria_object_check check (jsonb_typeof(criteria) = 'object'),
    constraint achievements_threshold_check check (threshold > 0 and threshold < 'infinity'),
    constraint achievements_xp_reward_check check (xp_reward between 0 and 100000)
);

-- The thresholds an event may have crossed.
create index achievements_metric_threshold_idx on achievements (metric, threshold) where is_active;
create index achievements_metric_idx on achievements (metric);
create index achievements_scope_course_id_idx on achievements (scope_course_id);
create index achievements_achievement_type_idx on achievements (achievement_type);

alter table achievements enable row level security;

comment on table achievements is 'Achievements that can be earned.';
comment on column achievements.id is 'Identifier.';
comment on column achievements.slug is 'Stable name; unique.';
comment on column achievements.title is 'Title.';
comment on column achievements.description is 'What it takes, for people to read.';
comment on column achievements.achievement_type is 'Kind, for example milestone.';
comment on column achievements.category is 'Group it is shown in.';
comment on column achievements.icon_url is 'Address of the icon.';
comment on column achievements.icon_emoji is 'Emoji shown where there is no icon.';
comment on column achievements.rarity is 'common, uncommon, rare, epic or legendary: decides the default reward.';
comment on column achievements.criteria is '{"metric": ..., "threshold": ..., "scope": "global" or a course''s id}.';
comment on column achievements.metric is 'What it counts, from criteria.';
comment on column achievements.threshold is 'From how many on it is earned, from criteria.';
comment on column achievements.scope_course_id is 'The course it counts in, from criteria; null for everywhere.';
comment on column achievements.xp_reward is 'XP; null for the default of its rarity, 0 for none.';
comment on column achievements.is_active is 'Whether it can still be earned.';
comment on column achievements.created_at is 'When it was defined.';
comment on column achievements.updated_at is 'When the row was last changed.';


create table user_achievements (
    id uuid not null default uuid_v7() constraint user_achievements_pkey primary key,
    user_id uuid not null constraint user_achievements_user_id_fkey references users,
    achievement_id uuid not null constraint user_achievements_achievement_id_fkey references achievements,
    course_id uuid constraint user_achievements_course_id_fkey references courses,
    title text not null,
    description text,
    achievement_type text not null,
    icon_url text,
    icon_emoji text,
    progress numeric(5, 2) not null default 100,
    earned_at timestamptz not null default now(),
    metadata jsonb not null default '{}',
    nft_token_id text,
    nft_minted_at timestamptz,
    created_at timestamptz not null default now(),
    constraint user_achievements_user_id_achievement_id_course_id_key
    unique nulls not distinct (user_id, achievement_id, course_id),
    constraint user_achievements_progress_check check (progress between 0 and 100),
    constraint user_achievements_nft_token_id_length_check check (length(nft_token_id) between 1 and 44),
    constraint user_achievements_nft_check check (nft_minted_at is null or nft_token_id is not null)
);

-- A person's latest.
create index user_achievements_user_id_earned_at_idx on user_achievements (user_id, earned_at desc);
-- How often was it earned?
create index user_achievements_achievement_id_idx on user_achievements (achievement_id);
create index user_achievements_course_id_idx on user_achievements (course_id);
create index user_achievements_nft_token_id_idx on user_achievements (nft_token_id) where nft_token_id is not null;

alter table user_achievements enable row level security;

comment on table user_achievements is 'Achievements people earned, as they looked then.';
comment on column user_achievements.id is 'Identifier.';
comment on column user_achievements.user_id is 'Who earned it.';
comment on column user_achievements.achievement_id is 'What they earned.';
comment on column user_achievements.course_id is 'In which course, where it counts in one.';
comment on column user_achievements.title is 'Title when earned.';
comment on column user_achievements.description is 'Description when earned.';
comment on column user_achievements.achievement_type is 'Kind when earned.';
comment on column user_achievements.icon_url is 'Icon when earned.';
comment on column user_achievements.icon_emoji is 'Emoji when earned.';
comment on column user_achievements.progress is 'How far, 0 to 100; 100 when earned.';
comment on column user_achievements.earned_at is 'When it was earned.';
comment on column user_achievements.metadata is 'What an application keeps about it.';
comment on column user_achievements.nft_token_id is 'Token, if it was minted.';
comment on column user_achievements.nft_minted_at is 'When it was minted.';
comment on column user_achievements.created_at is 'When the row was written.';


-- user_streaks: one row per person and local date on which they learned, or which a freeze bridged. The local date is
-- fixed when it happens: moving to another time zone later changes nothing that was.
create table user_streaks (
    user_id uuid not null constraint user_streaks_user_id_fkey references users,
    streak_date date not null,
    streak_count integer not null,
    activity_type text not null,
    activity_count integer not null default 1,
    created_at timestamptz not null default now(),
    constraint user_streaks_pkey primary key (user_id, streak_date),
    constraint user_streaks_streak_count_check check (streak_count >= 0),
    constraint user_streaks_activity_type_format_check check (activity_type ~ '^[a-z][a-z_]{0,49}$'),
    constraint user_streaks_activity_count_check check (activity_count >= 0),
    constraint user_streaks_freeze_check check ((activity_type = 'freeze') = (activity_count = 0))
);

alter table user_streaks enable row level security;

comment on table user_streaks is 'Days on which people learned.';
comment on column user_streaks.user_id is 'The person.';
comment on column user_streaks.streak_date is 'Local date.';
comment on column user_streaks.streak_count is 'Active days in a row up to this one.';
comment on column user_streaks.activity_type is 'The first thing they did that day; freeze for a day that a freeze bridged.';
comment on column user_streaks.activity_count is 'How much they did; 0 for a freeze.';
comment on column user_streaks.created_at is 'When the row was written.';


-- leaderboard_generation and leaderboard_cache: a refresh inserts a new generation, moves the pointer and deletes the
-- old one in one transaction, so a reader sees one whole board whatever the age of its snapshot.
create table leaderboard_generation (
    is_current boolean not null default true constraint leaderboard_generation_pkey primary key,
    generation bigint not null default 0,
    week_start_date date,
    month_start_date date,
    calculated_at timestamptz,
    constraint leaderboard_generation_single_row_check check (is_current)
);

alter table leaderboard_generation enable row level security;

comment on table leaderboard_generation is 'One row: the generation of leaderboard_cache to read.';
comment on column leaderboard_generation.is_current is 'True: there is one row.';
comment on column leaderboard_generation.generation is 'The generation to read; 0 before the first refresh.';
comment on column leaderboard_generation.week_start_date is 'Monday of the week it ranks.';
comment on column leaderboard_generation.month_start_date is 'First day of the month it ranks.';
comment on column leaderboard_generation.calculated_at is 'When it was calculated.';

insert into leaderboard_generation default values;

create table leaderboard_cache (
    generation bigint not null,
    user_id uuid not null constraint leaderboard_cache_user_id_fkey references users on delete cascade,
    all_time_rank bigint not null,
    all_time_xp bigint not null,
    weekly_rank bigint not null,
    weekly_xp bigint not null,
    monthly_rank bigint not null,
    monthly_xp bigint not null,
    week_start_date date not null,
    month_start_date date not null,
    calculated_at timestamptz not null,
    constraint leaderboard_cache_pkey primary key (generation, user_id)
);

create index leaderboard_cache_user_id_idx on leaderboard_cache (user_id);
create index leaderboard_cache_all_time_rank_idx on leaderboard_cache (generation, all_time_rank, user_id);
create index leaderboard_cache_weekly_rank_idx on leaderboard_cache (generation, weekly_rank, user_id);
create index leaderboard_cache_monthly_rank_idx on leaderboard_cache (generation, monthly_rank, user_id);

alter table leaderboard_cache enable row level security;

comment on table leaderboard_cache is 'Ranks as of the last refresh; always read by generation.';
comment on column leaderboard_cache.generation is 'The refresh that wrote it.';
comment on column leaderboard_cache.user_id is 'The person.';
comment on column leaderboard_cache.all_time_rank is 'Rank by total XP; ties share it.';
comment on column leaderboard_cache.all_time_xp is 'Total XP.';
comment on column leaderboard_cache.weekly_rank is 'Rank by XP of the week.';
comment on column leaderboard_cache.weekly_xp is 'XP of the week.';
comment on column leaderboard_cache.monthly_rank is 'Rank by XP of the month.';
comment on column leaderboard_cache.monthly_xp is 'XP of the month.';
comment on column leaderboard_cache.week_start_date is 'Monday of that week.';
comment on column leaderboard_cache.month_start_date is 'First day of that month.';
comment on column leaderboard_cache.calculated_at is 'When it was calculated.';
