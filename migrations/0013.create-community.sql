-- community: discussions with nested replies, votes and solutions; notifications.
-- depends: 0012.create-projects

-- joined_tags: the tags of a discussion as words, for its search vector, which takes nothing but immutable functions.
create function joined_tags(p_tags text[])
returns text
language sql
immutable
parallel safe
begin atomic
    select array_to_string(p_tags, ' ');
end;

comment on function joined_tags(text[]) is 'The tags of a discussion as words; part of a generated column.';
-- Granted to nobody: rows are written by the owner's procedures.
revoke all on function joined_tags(text[]) from public;


-- discussions: what was asked. What moves with every reply and vote stands in discussion_stats, so that a vote does not
-- write the search indexes anew.
create table discussions (
    id uuid not null default uuid_v7() constraint discussions_pkey primary key,
    author_id uuid not null constraint discussions_author_id_fkey references users,
    course_id uuid constraint discussions_course_id_fkey references courses,
    title text not null,
    content text not null,
    category text not null default 'general',
    tags text[] not null default '{}',
    search_vector tsvector not null generated always as (
        setweight(to_tsvector('english'::regconfig, title), 'A')
        || setweight(to_tsvector('english'::regconfig, joined_tags(tags)), 'B')
        || setweight(to_tsvector('english'::regconfig, content), 'C')
    ) stored,
    closed_at timestamptz,
    edited_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint discussions_title_length_check check (length(title) between 1 and 200),
    constraint discussions_content_length_check check (length(content) between 1 and 20000),
    constraint discussions_category_format_check check (category ~ '^[a-z][a-z0-9_-]{0,49}$'),
    -- Words without a space, ten at most; joined and split again they are as many.
    constraint discussions_tags_format_check check (
        cardinality(tags) <= 10
        and array_position(tags, null) is null
        and joined_tags(tags) ~ '^([[:alnum:]][^[:space:][:cntrl:]]{0,39}( |$))*$'
        and cardinality(string_to_array(joined_tags(tags), ' ')) = cardinality(tags)
    )
);

-- What a person has started.
create index discussions_author_id_created_at_idx on discussions (author_id, created_at);
create index discussions_course_id_category_idx on discussions (course_id, category);
create index discussions_tags_idx on discussions using gin (tags) where deleted_at is null;
-- search_discussions: words, and titles spelt nearly like them.
create index discussions_search_vector_idx on discussions using gin (search_vector) where deleted_at is null;
create index discussions_title_idx on discussions using gin (title gin_trgm_ops) where deleted_at is null;

alter table discussions enable row level security;

comment on table discussions is 'Discussions, of a course or of the whole school.';
comment on column discussions.id is 'Identifier.';
comment on column discussions.author_id is 'Who asked.';
comment on column discussions.course_id is 'The course it is about; null for a general one.';
comment on column discussions.title is 'One line. Plain text: whoever shows it must escape it.';
comment on column discussions.content is 'The question, as it was written; plain text or Markdown, never trusted HTML.';
comment on column discussions.category is 'general, question, announcement, ...: a lower-case name.';
comment on column discussions.tags is 'Up to ten lower-case words.';
comment on column discussions.search_vector is 'The words of title, tags and content, in this order of weight.';
comment on column discussions.closed_at is 'When it was closed to further replies; null while it is open.';
comment on column discussions.edited_at is 'When its author last changed it; null for never.';
comment on column discussions.deleted_at is 'When it was taken down; the row and its replies stay.';
comment on column discussions.created_at is 'When it was started.';
comment on column discussions.updated_at is 'When the row was last changed.';


-- discussion_stats: what moves. The row is what writers of one discussion queue on: replies, votes for it, its solution.
create table discussion_stats (
    discussion_id uuid not null constraint discussion_stats_pkey primary key
    constraint discussion_stats_discussion_id_fkey references discussions,
    course_id uuid constraint discussion_stats_course_id_fkey references courses,
    is_pinned boolean not null default false,
    is_solved boolean not null default false,
    view_count bigint not null default 0,
    reply_count integer not null default 0,
    upvote_count integer not null default 0,
    downvote_count integer not null default 0,
    vote_score integer not null generated always as (upvote_count - downvote_count) stored,
    solution_rewarded_at timestamptz,
    last_activity_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint discussion_stats_counts_check check (least(view_count, reply_count, upvote_count, downvote_count) >= 0)
) with (fillfactor = 80);

-- The three orders of list_discussions, each with its keyset.
create index discussion_stats_newest_idx on discussion_stats (course_id, is_pinned, created_at, discussion_id);
create index discussion_stats_votes_idx on discussion_stats (course_id, is_pinned, vote_score, discussion_id);
create index discussion_stats_unanswered_idx
on discussion_stats (course_id, is_pinned, created_at, discussion_id) where reply_count = 0;

alter table discussion_stats enable row level security;

comment on table discussion_stats is 'What moves in a discussion: counters, pinned, solved.';
comment on column discussion_stats.discussion_id is 'The discussion.';
comment on column discussion_stats.course_id is 'Its course, which never changes; here for the order of lists.';
comment on column discussion_stats.is_pinned is 'Whether staff keep it on top.';
comment on column discussion_stats.is_solved is 'Whether a reply is its solution.';
comment on column discussion_stats.view_count is 'People who have opened it, as of the last fold_discussion_views().';
comment on column discussion_stats.reply_count is 'Replies, without those taken down.';
comment on column discussion_stats.upvote_count is 'Votes up.';
comment on column discussion_stats.downvote_count is 'Votes down.';
comment on column discussion_stats.vote_score is 'Votes up less votes down.';
comment on column discussion_stats.solution_rewarded_at is 'When its solution was rewarded, which happens once; null for not yet.';
comment on column discussion_stats.last_activity_at is 'The last reply, or the start.';
comment on column discussion_stats.created_at is 'When the discussion was started.';


-- replies: the tree. The path is the only thing that says where a reply hangs: its ancestors' ids and its own. Its parent
-- is in the same discussion because the foreign key takes both; there is no cycle because every path is one longer than
-- its parent's; no tree is deeper than the check allows; and depth first is the order of the unique index.
create table replies (
    id uuid not null default uuid_v7() constraint replies_pkey primary key,
    discussion_id uuid not null constraint replies_discussion_id_fkey references discussions,
    author_id uuid not null constraint replies_author_id_fkey references users,
    path uuid[] not null,
    depth smallint not null generated always as (cardinality(path)) stored,
    parent_reply_id uuid generated always as (path[cardinality(path) - 1]) stored,
    parent_path uuid[] generated always as (
        case when cardinality(path) > 1 then path[1:cardinality(path) - 1] end
    ) stored,
    content text not null,
    upvote_count integer not null default 0,
    downvote_count integer not null default 0,
    accepted_at timestamptz,
    accepted_by uuid constraint replies_accepted_by_fkey references users,
    is_solution boolean not null generated always as (accepted_at is not null) stored,
    solution_counts boolean not null default false,
    edited_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint replies_discussion_id_path_key unique (discussion_id, path),
    constraint replies_parent_path_fkey foreign key (discussion_id, parent_path) references replies (discussion_id, path),
    constraint replies_path_check check (
        array_ndims(path) = 1 and array_lower(path, 1) = 1 and cardinality(path) between 1 and 8
        and array_position(path, null) is null and path[cardinality(path)] = id
    ),
    constraint replies_content_length_check check (length(content) between 1 and 20000),
    constraint replies_votes_check check (least(upvote_count, downvote_count) >= 0),
    constraint replies_accepted_check
    check (
        (accepted_at is null) = (accepted_by is null)
        and (accepted_at is null or deleted_at is null)
        and (accepted_at is not null or not solution_counts)
    )
) with (fillfactor = 80);

-- A discussion has one solution at most.
create unique index replies_solution_key on replies (discussion_id) where accepted_at is not null;
create index replies_author_id_created_at_idx on replies (author_id, created_at);
create index replies_parent_path_idx on replies (discussion_id, parent_path) where parent_path is not null;
create index replies_accepted_by_idx on replies (accepted_by) where accepted_by is not null;

alter table replies enable row level security;

comment on table replies is 'Replies in discussions, nested.';
comment on column replies.id is 'Identifier.';
comment on column replies.discussion_id is 'The discussion.';
comment on column replies.author_id is 'Who replied.';
comment on column replies.path is 'The ids of the replies it answers, from the outermost, and its own.';
comment on column replies.depth is '1 for a reply to the discussion itself, 8 at most.';
comment on column replies.parent_reply_id is 'The reply it answers; null for the discussion itself.';
comment on column replies.parent_path is 'The path of the reply it answers.';
comment on column replies.content is 'What was replied; plain text or Markdown, never trusted HTML.';
comment on column replies.upvote_count is 'Votes up.';
comment on column replies.downvote_count is 'Votes down.';
comment on column replies.accepted_at is 'When it was accepted as the solution; null for not.';
comment on column replies.accepted_by is 'Who accepted it.';
comment on column replies.is_solution is 'Whether it is the solution of the discussion.';
comment on column replies.solution_counts is
'Whether its author''s count of solutions has it: not if they accepted it themselves, or had asked.';
comment on column replies.edited_at is 'When its author last changed it; null for never.';
comment on column replies.deleted_at is 'When it was taken down; the row stays, what answers it hangs on it.';
comment on column replies.created_at is 'When it was posted.';
comment on column replies.updated_at is 'When the row was last changed.';


-- discussion_votes: one per person and target. Of its two targets one is always null, and nulls are not distinct: else the
-- key would forbid nothing.
create table discussion_votes (
    id uuid not null default uuid_v7() constraint discussion_votes_pkey primary key,
    user_id uuid not null constraint discussion_votes_user_id_fkey references users,
    discussion_id uuid constraint discussion_votes_discussion_id_fkey references discussions,
    reply_id uuid constraint discussion_votes_reply_id_fkey references replies,
    vote_type text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint discussion_votes_target_key unique nulls not distinct (user_id, discussion_id, reply_id),
    constraint discussion_votes_target_check check (num_nonnulls(discussion_id, reply_id) = 1),
    constraint discussion_votes_vote_type_check check (vote_type in ('up', 'down'))
);

create index discussion_votes_discussion_id_idx on discussion_votes (discussion_id) where discussion_id is not null;
create index discussion_votes_reply_id_idx on discussion_votes (reply_id) where reply_id is not null;

alter table discussion_votes enable row level security;

comment on table discussion_votes is 'Votes for discussions and replies.';
comment on column discussion_votes.id is 'Identifier.';
comment on column discussion_votes.user_id is 'Who voted.';
comment on column discussion_votes.discussion_id is 'The discussion voted for, or null.';
comment on column discussion_votes.reply_id is 'The reply voted for, or null.';
comment on column discussion_votes.vote_type is 'up or down.';
comment on column discussion_votes.created_at is 'When the person first voted.';
comment on column discussion_votes.updated_at is 'When the vote was last changed.';


-- discussion_views: who has opened a discussion. Readers insert a row of their own and meet nowhere; the counter follows
-- with fold_discussion_views().
create table discussion_views (
    discussion_id uuid not null constraint discussion_views_discussion_id_fkey references discussions,
    user_id uuid not null constraint discussion_views_user_id_fkey references users,
    is_counted boolean not null default false,
    created_at timestamptz not null default now(),
    constraint discussion_views_pkey primary key (discussion_id, user_id)
);

create index discussion_views_user_id_idx on discussion_views (user_id);
create index discussion_views_uncounted_idx on discussion_views (discussion_id) where not is_counted;

alter table discussion_views enable row level security;

comment on table discussion_views is 'Who has opened a discussion.';
comment on column discussion_views.discussion_id is 'The discussion.';
comment on column discussion_views.user_id is 'Who opened it.';
comment on column discussion_views.is_counted is 'Whether discussion_stats.view_count has it.';
comment on column discussion_views.created_at is 'When they first did.';


-- notifications: what people are told. Written by notify_people alone.
create table notifications (
    id uuid not null default uuid_v7() constraint notifications_pkey primary key,
    user_id uuid not null constraint notifications_user_id_fkey references users on delete cascade,
    notification_type text not null,
    title text not null,
    message text not null default '',
    related_object_type text,
    related_object_id uuid,
    priority text not null default 'normal',
    action_url text,
    occurrence text,
    is_in_app boolean not null default true,
    read_at timestamptz,
    is_read boolean not null generated always as (read_at is not null) stored,
    created_at timestamptz not null default now(),
    constraint notifications_notification_type_check check (
        notification_type in (
            'achievement_earned', 'level_up', 'course_completed', 'certificate_issued', 'submission_graded',
            'reply_posted', 'solution_accepted', 'coins_received', 'streak_at_risk', 'announcement'
        )
    ),
    constraint notifications_title_length_check check (length(title) between 1 and 200),
    constraint notifications_message_length_check check (length(message) <= 5000),
    constraint notifications_related_object_type_check
    check (related_object_type ~ '^[a-z][a-z0-9_]{0,49}$' or (related_object_type is null and related_object_id is null)),
    constraint notifications_priority_check check (priority in ('low', 'normal', 'high', 'urgent')),
    -- A page of the application or of the web: never javascript:, never //elsewhere.
    constraint notifications_action_url_check check (
        length(action_url) <= 500 and action_url ~ '^(/([^/\\[:space:]][^[:space:]]*)?|https://[^[:space:]/]+(/[^[:space:]]*)?)$'
    ),
    constraint notifications_occurrence_length_check check (length(occurrence) between 1 and 100)
);

-- A person's list, newest first, and of it what is unread.
create index notifications_user_id_created_at_idx on notifications (user_id, created_at, id);
create index notifications_unread_idx on notifications (user_id, created_at, id) where read_at is null and is_in_app;
-- What happens once is told once: a level, a streak at risk on one day.
create unique index notifications_occurrence_key
on notifications (user_id, notification_type, occurrence) where occurrence is not null;
-- What purge_notifications() looks for.
create index notifications_read_at_idx on notifications (read_at) where read_at is not null;
create index notifications_only_sent_idx on notifications (created_at) where not is_in_app;

alter table notifications enable row level security;

comment on table notifications is 'What people are told.';
comment on column notifications.id is 'Identifier.';
comment on column notifications.user_id is 'Who is told.';
comment on column notifications.notification_type is 'What kind of news it is.';
comment on column notifications.title is 'One line. Plain text: whoever shows it must escape it.';
comment on column notifications.message is 'The news; plain text.';
comment on column notifications.related_object_type is 'What kind of thing it is about: achievement, course, reply, ...';
comment on column notifications.related_object_id is 'Which one.';
comment on column notifications.priority is 'low, normal, high or urgent.';
comment on column notifications.action_url is 'Where a click leads: a path of the application, or an https address.';
comment on column notifications.occurrence is 'Names what is told once per person and type; null for what may come again.';
comment on column notifications.is_in_app is 'Whether the person sees it in the application; else it only goes out by email or push.';
comment on column notifications.read_at is 'When it was read; null for unread.';
comment on column notifications.is_read is 'Whether it was read.';
comment on column notifications.created_at is 'When it was told.';


-- notification_deliveries: what goes out by email or push. Senders claim it, a batch at a time.
create table notification_deliveries (
    notification_id uuid not null
    constraint notification_deliveries_notification_id_fkey references notifications on delete cascade,
    channel text not null,
    status text not null default 'pending',
    attempts smallint not null default 0,
    next_attempt_at timestamptz not null default now(),
    error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint notification_deliveries_pkey primary key (notification_id, channel),
    constraint notification_deliveries_channel_check check (channel in ('email', 'push')),
    constraint notification_deliveries_status_check check (status in ('pending', 'sent', 'failed')),
    constraint notification_deliveries_attempts_check check (attempts >= 0),
    constraint notification_deliveries_error_length_check check (length(error) <= 1000),
    constraint notification_deliveries_finished_at_check check ((status = 'pending') = (finished_at is null))
);

create index notification_deliveries_pending_idx
on notification_deliveries (channel, next_attempt_at) where status = 'pending';

alter table notification_deliveries enable row level security;

comment on table notification_deliveries is 'Notifications on their way by email or push.';
comment on column notification_deliveries.notification_id is 'What is to be sent.';
comment on column notification_deliveries.channel is 'email or push.';
comment on column notification_deliveries.status is 'pending, sent or failed.';
comment on column notification_deliveries.attempts is 'How often a sender has taken it.';
comment on column notification_deliveries.next_attempt_at is 'Before that no sender takes it: one has it, or failed just now.';
comment on column notification_deliveries.error is 'What the last attempt ended with.';
comment on column notification_deliveries.created_at is 'When it was written.';
comment on column notification_deliveries.finished_at is 'When it was sent, or given up.';


-- notification_preferences: how a person wants to hear of one kind of news. Null follows user_settings; no row is null.
create table notification_preferences (
    user_id uuid not null constraint notification_preferences_user_id_fkey references users on delete cascade,
    notification_type text not null,
    in_app boolean,
    email boolean,
    push boolean,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notification_preferences_pkey primary key (user_id, notification_type),
    constraint notification_preferences_notification_type_check check (
        notification_type in (
            'achievement_earned', 'level_up', 'course_completed', 'certificate_issued', 'submission_graded',
            'reply_posted', 'solution_accepted', 'coins_received', 'streak_at_risk', 'announcement'
        )
    )
);

alter table notification_preferences enable row level security;

comment on table notification_preferences is 'How people want to hear of each kind of news, where it differs from their settings.';
comment on column notification_preferences.user_id is 'The person.';
comment on column notification_preferences.notification_type is 'The kind of news.';
comment on column notification_preferences.in_app is 'Whether in the application; null for yes.';
comment on column notification_preferences.email is 'Whether by email; null as in user_settings.';
comment on column notification_preferences.push is 'Whether by push; null as in user_settings.';
comment on column notification_preferences.created_at is 'When it was first set.';
comment on column notification_preferences.updated_at is 'When it was last changed.';


-- notification_counts and notification_deltas: unread notifications, without counting them. Whoever notifies appends a
-- delta and locks nobody: two transactions that notify the same two people in different order never meet. The person
-- who reads adds the deltas up, and so does fold_notification_counts().
create table notification_counts (
    user_id uuid not null constraint notification_counts_pkey primary key
    constraint notification_counts_user_id_fkey references users on delete cascade,
    unread_count bigint not null default 0,
    constraint notification_counts_unread_count_check check (unread_count >= 0)
) with (fillfactor = 70);

alter table notification_counts enable row level security;

comment on table notification_counts is 'Unread notifications per person, as of the last time the deltas were added up.';
comment on column notification_counts.user_id is 'The person.';
comment on column notification_counts.unread_count is 'Unread ones; with the deltas, exactly as many as there are.';

create table notification_deltas (
    id bigint not null generated always as identity constraint notification_deltas_pkey primary key,
    user_id uuid not null constraint notification_deltas_user_id_fkey references users on delete cascade,
    change integer not null default 1
);

create index notification_deltas_user_id_idx on notification_deltas (user_id);

alter table notification_deltas enable row level security;

comment on table notification_deltas is 'New notifications that notification_counts does not have yet.';
comment on column notification_deltas.id is 'Identifier.';
comment on column notification_deltas.user_id is 'The person.';
comment on column notification_deltas.change is 'How many unread ones came.';
