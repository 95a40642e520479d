-- analytics: what people did in the application, and what is added up of it by day.
-- depends: 0019.create-audit

-- analytics_events: rows are added and never changed. In monthly partitions, so that old months leave as a whole.
--
-- The document deletes a person and keeps their events: hence SET NULL, which needs the index on user_id anyway. Nobody but
-- the owner deletes people here; erasing one does the same.
--
-- The document also has an address and a browser with every event. They are personal, the same for a whole session, and no
-- report needs them: they are in analytics_contexts, once per session, where they can be forgotten without touching events.
--
-- No primary key of time alone: it would need an order of commits, which no clock has. written_by has one: see
-- roll_up_analytics().
create table analytics_events (
    id uuid not null default uuid_v7(),
    user_id uuid constraint analytics_events_user_id_fkey references users on delete set null,
    course_id uuid constraint analytics_events_course_id_fkey references courses on delete set null,
    event_type text not null,
    event_data jsonb not null default '{}',
    session_id text,
    created_at timestamptz not null default now(),
    written_by xid8 not null default pg_current_xact_id(),
    constraint analytics_events_pkey primary key (id, created_at),
    constraint analytics_events_event_type_format_check check (event_type ~ '^[a-z][a-z0-9_.]{0,99}$'),
    constraint analytics_events_event_data_object_check check (jsonb_typeof(event_data) = 'object'),
    constraint analytics_events_event_data_length_check check (octet_length(event_data::text) <= 10000),
    constraint analytics_events_session_id_length_check check (length(session_id) between 1 and 255),
    constraint analytics_events_created_at_check check (isfinite(created_at))
) partition by range (created_at);

-- What one person did, by kind or all.
create index analytics_events_user_id_event_type_created_at_idx on analytics_events (user_id, event_type, created_at desc);
create index analytics_events_course_id_idx on analytics_events (course_id);
create index analytics_events_event_type_created_at_idx on analytics_events (event_type, created_at);
create index analytics_events_session_id_idx on analytics_events (session_id) where session_id is not null;
-- Rows come in the order of time: a few bytes per megabyte find a day of a month.
create index analytics_events_created_at_idx on analytics_events using brin (created_at);
create index analytics_events_event_data_idx on analytics_events using gin (event_data jsonb_path_ops);
-- What the next roll-up has to add.
create index analytics_events_written_by_idx on analytics_events (written_by);

alter table analytics_events enable row level security;

comment on table analytics_events is 'What people did in the application; appended, in monthly partitions.';
comment on column analytics_events.id is 'Identifier.';
comment on column analytics_events.user_id is 'Who did it; null for a visitor, or somebody who is no more.';
comment on column analytics_events.course_id is 'The course it happened in, if any.';
comment on column analytics_events.event_type is 'What happened, for example page.viewed.';
comment on column analytics_events.event_data is 'What the application tells of it: an object of at most 10,000 bytes, nothing personal.';
comment on column analytics_events.session_id is 'The visit it was part of, as the application names it; no token.';
comment on column analytics_events.created_at is 'When it happened.';
comment on column analytics_events.written_by is 'The transaction that wrote it; 0 once a rebuild has counted what another cluster wrote.';


-- analytics_contexts: from where, and with what, a visit was made. Kept apart and not for long.
create table analytics_contexts (
    session_id text not null constraint analytics_contexts_pkey primary key,
    user_id uuid constraint analytics_contexts_user_id_fkey references users on delete cascade,
    ip_address inet,
    user_agent text,
    created_at timestamptz not null default now(),
    constraint analytics_contexts_session_id_length_check check (length(session_id) between 1 and 255),
    constraint analytics_contexts_user_agent_length_check check (length(user_agent) <= 500)
);

create index analytics_contexts_user_id_idx on analytics_contexts (user_id);
-- What forget_analytics_contexts() looks for.
create index analytics_contexts_created_at_idx on analytics_contexts using brin (created_at);

alter table analytics_contexts enable row level security;

comment on table analytics_contexts is 'Address and browser of a visit; forgotten after 30 days.';
comment on column analytics_contexts.session_id is 'The visit, as the application names it.';
comment on column analytics_contexts.user_id is 'Whose visit; null for a visitor.';
comment on column analytics_contexts.ip_address is 'Network address, personal data.';
comment on column analytics_contexts.user_agent is 'What the browser says it is, personal data.';
comment on column analytics_contexts.created_at is 'When it was first seen.';


-- rollup_state: one row, how far the rollups have come. Every job that writes rollups updates it first: two run in turns.
create table rollup_state (
    is_current boolean not null default true constraint rollup_state_pkey primary key,
    rolled_to xid8 not null default '0',
    cluster_id bigint,
    timezone text,
    rolled_at timestamptz,
    constraint rollup_state_single_row_check check (is_current)
);

alter table rollup_state enable row level security;

comment on table rollup_state is 'One row: which events are in the rollups.';
comment on column rollup_state.is_current is 'True: there is one row.';
comment on column rollup_state.rolled_to is 'Events of transactions before this one are counted, and no others.';
comment on column rollup_state.cluster_id is 'The cluster that transaction belongs to: after a restore into another, all is counted anew.';
comment on column rollup_state.timezone is 'The time zone in which days were counted.';
comment on column rollup_state.rolled_at is 'As of when the last run was; null before the first.';

insert into rollup_state default values;


-- The rollups. People are counted once per day, so how many there were can be added up over nothing: it is kept.
--
-- Those of a person refer to people without a foreign key. What they are added up from has one, and checking thousands of rows
-- a second time would be the most that a roll-up costs. Whoever erases a person deletes them.
create table user_activity_days (
    activity_date date not null,
    user_id uuid not null,
    event_count bigint not null,
    constraint user_activity_days_pkey primary key (user_id, activity_date),
    constraint user_activity_days_event_count_check check (event_count > 0)
) with (fillfactor = 80);

-- A person's days by the key, everybody's of some days by this: rows come in the order of days.
create index user_activity_days_activity_date_idx on user_activity_days using brin (activity_date);

alter table user_activity_days enable row level security;

comment on table user_activity_days is 'Events of a person by day, as far as roll_up_analytics() has come.';
comment on column user_activity_days.activity_date is 'The day, in the time zone of the school.';
comment on column user_activity_days.user_id is 'The person.';
comment on column user_activity_days.event_count is 'Their events.';


create table learner_activity_days (
    activity_date date not null,
    user_id uuid not null,
    course_id uuid not null,
    event_count bigint not null,
    constraint learner_activity_days_pkey primary key (user_id, activity_date, course_id),
    constraint learner_activity_days_event_count_check check (event_count > 0)
) with (fillfactor = 80);

create index learner_activity_days_activity_date_idx on learner_activity_days using brin (activity_date);

alter table learner_activity_days enable row level security;

comment on table learner_activity_days is 'Events of a person in a course by day.';
comment on column learner_activity_days.activity_date is 'The day, in the time zone of the school.';
comment on column learner_activity_days.user_id is 'The person.';
comment on column learner_activity_days.course_id is 'The course.';
comment on column learner_activity_days.event_count is 'Their events in it.';


create table course_activity_days (
    activity_date date not null,
    course_id uuid not null constraint course_activity_days_course_id_fkey references courses on delete cascade,
    event_count bigint not null,
    people integer not null,
    constraint course_activity_days_pkey primary key (activity_date, course_id),
    constraint course_activity_days_counts_check check (event_count > 0 and people >= 0)
) with (fillfactor = 80);

create index course_activity_days_course_id_idx on course_activity_days (course_id, activity_date);

alter table course_activity_days enable row level security;

comment on table course_activity_days is 'Events in a course by day, visitors'' too, and how many people they came from.';
comment on column course_activity_days.activity_date is 'The day, in the time zone of the school.';
comment on column course_activity_days.course_id is 'The course.';
comment on column course_activity_days.event_count is 'Events.';
comment on column course_activity_days.people is 'People signed in, each once.';


create table event_type_days (
    activity_date date not null,
    event_type text not null,
    event_count bigint not null,
    constraint event_type_days_pkey primary key (activity_date, event_type),
    constraint event_type_days_event_count_check check (event_count > 0)
) with (fillfactor = 80);

alter table event_type_days enable row level security;

comment on table event_type_days is 'Events by kind and day.';
comment on column event_type_days.activity_date is 'The day, in the time zone of the school.';
comment on column event_type_days.event_type is 'The kind.';
comment on column event_type_days.event_count is 'Events.';


create table platform_activity_days (
    activity_date date not null constraint platform_activity_days_pkey primary key,
    event_count bigint not null,
    visitor_event_count bigint not null,
    people integer not null,
    constraint platform_activity_days_counts_check
    check (event_count > 0 and visitor_event_count between 0 and event_count and people >= 0)
) with (fillfactor = 80);

alter table platform_activity_days enable row level security;

comment on table platform_activity_days is 'Events of the school by day, and how many people they came from.';
comment on column platform_activity_days.activity_date is 'The day, in the time zone of the school.';
comment on column platform_activity_days.event_count is 'Events.';
comment on column platform_activity_days.visitor_event_count is 'Those of nobody who was signed in.';
comment on column platform_activity_days.people is 'People signed in, each once.';


-- Who learned on which days is asked by day as well as by person. Rows come in the order of days.
-- squawk-ignore require-concurrent-index-creation: a BRIN index is one short scan
create index user_streaks_streak_date_idx on user_streaks using brin (streak_date);
