-- projects: what people build, who likes it, how often it was looked at.
-- depends: 0011.create-credentials

-- project_authors: one row per person who ever made a project. A new project writes it before anything is counted, so
-- that of two at once one waits; so does whatever hides all projects of a person.
create table project_authors (
    user_id uuid not null constraint project_authors_pkey primary key
    constraint project_authors_user_id_fkey references users,
    last_created_at timestamptz
);

alter table project_authors enable row level security;

comment on table project_authors is 'The row that the projects of one person queue on.';
comment on column project_authors.user_id is 'The person.';
comment on column project_authors.last_created_at is 'When they last made a project; null if they were only hidden.';


-- projects: a course may go, the project stays. is_listed is what others see, kept by triggers, so that a listing is
-- one walk along one index: public, its author active, and its course too unless it was minted.
create table projects (
    id uuid not null default uuid_v7() constraint projects_pkey primary key,
    user_id uuid not null constraint projects_user_id_fkey references users,
    course_id uuid constraint projects_course_id_fkey references courses on delete set null,
    title text not null,
    description text,
    project_type text not null,
    components jsonb not null,
    performance_metrics jsonb,
    nft_metadata jsonb,
    nft_token_id text,
    minted_at timestamptz,
    is_public boolean not null default false,
    is_featured boolean not null default false,
    is_listed boolean not null default false,
    view_count bigint not null default 0,
    like_count integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint projects_title_length_check check (length(title) <= 255 and title ~ '[^[:space:]]'),
    constraint projects_description_length_check check (length(description) <= 10000),
    constraint projects_project_type_length_check check (length(project_type) <= 50 and project_type ~ '[^[:space:]]'),
    -- Whatever the setting says, no row is larger. What is in them is held to shapes by triggers.
    constraint projects_components_length_check check (octet_length(components::text) <= 100000),
    constraint projects_performance_metrics_length_check check (octet_length(performance_metrics::text) <= 100000),
    constraint projects_nft_metadata_length_check check (octet_length(nft_metadata::text) <= 100000),
    constraint projects_nft_token_id_format_check check (nft_token_id ~ '^[!-~]{1,44}$'),
    constraint projects_minted_check check (
        (nft_token_id is null) = (minted_at is null) and (nft_token_id is null or nft_metadata is not null)
    ),
    constraint projects_is_featured_check check (is_public or not is_featured),
    constraint projects_is_listed_check check (is_public or not is_listed),
    constraint projects_counts_check check (view_count >= 0 and like_count >= 0)
) with (fillfactor = 80);

-- A person's projects, by type or all. They are bounded in number.
create index projects_user_id_project_type_created_at_idx on projects (user_id, project_type, created_at desc);
create index projects_course_id_idx on projects (course_id);
-- One token stands for one project. Partial: most have none, and no foreign key ever waits for its being written.
create unique index projects_nft_token_id_key on projects (nft_token_id) where nft_token_id is not null;
-- One page of the listing, in each of its orders. A frequent type is filtered along the way, a rare one found by its own.
create index projects_created_at_idx on projects (created_at desc, id desc) where is_listed;
create index projects_view_count_idx on projects (view_count desc, id desc) where is_listed;
create index projects_like_count_idx on projects (like_count desc, id desc) where is_listed;
create index projects_project_type_created_at_idx on projects (project_type, created_at desc, id desc) where is_listed;
create index projects_featured_idx on projects (created_at desc, id desc) where is_listed and is_featured;

alter table projects enable row level security;

comment on table projects is 'What people build, with its parts, its measurements and its token.';
comment on column projects.id is 'Identifier.';
comment on column projects.user_id is 'Who made it.';
comment on column projects.course_id is 'The course it was made in; null for none, or one that is no more.';
comment on column projects.title is 'Title.';
comment on column projects.description is 'What it is.';
comment on column projects.project_type is 'Kind, free text, for example car.';
comment on column projects.components is
'{"components": [{"id", "type", "name", "properties", "position"}], "metadata": {...}}: see project_components_shape().';
comment on column projects.performance_metrics is
'{"acceleration", "topSpeed", ..., "tests": [...]}: see performance_metrics_shape(); null before the first test.';
comment on column projects.nft_metadata is
'{"name", "description", "image", "attributes", "properties"}: see nft_metadata_shape(); names this project and person.';
comment on column projects.nft_token_id is 'The token it was minted as; null while it is not.';
comment on column projects.minted_at is 'When it was minted.';
comment on column projects.is_public is 'Whether its author shows it.';
comment on column projects.is_featured is 'Whether an administrator recommends it.';
comment on column projects.is_listed is
'Whether others see it: public, its author active, and its course too unless it was minted. System-written.';
comment on column projects.view_count is 'How often it was looked at, as far as fold_project_views() has come.';
comment on column projects.like_count is 'How many people like it.';
comment on column projects.created_at is 'When it was made.';
comment on column projects.updated_at is 'When its author last changed it; neither likes nor views do.';


-- deleted_projects: that there was one. A project made counts for good, and for the day's limit.
create table deleted_projects (
    project_id uuid not null constraint deleted_projects_pkey primary key,
    user_id uuid not null constraint deleted_projects_user_id_fkey references users,
    created_at timestamptz not null,
    deleted_at timestamptz not null default now()
);

create index deleted_projects_user_id_created_at_idx on deleted_projects (user_id, created_at);

alter table deleted_projects enable row level security;

comment on table deleted_projects is 'Projects that were deleted: who made them and when, nothing of what was in them.';
comment on column deleted_projects.project_id is 'The identifier it had.';
comment on column deleted_projects.user_id is 'Who had made it.';
comment on column deleted_projects.created_at is 'When it was made.';
comment on column deleted_projects.deleted_at is 'When it was deleted.';


create table project_likes (
    project_id uuid not null constraint project_likes_project_id_fkey references projects on delete cascade,
    user_id uuid not null constraint project_likes_user_id_fkey references users,
    created_at timestamptz not null default now(),
    constraint project_likes_pkey primary key (project_id, user_id)
);

-- What somebody likes, newest first.
create index project_likes_user_id_created_at_idx on project_likes (user_id, created_at desc);

alter table project_likes enable row level security;

comment on table project_likes is 'Who likes which project, once.';
comment on column project_likes.project_id is 'The project.';
comment on column project_likes.user_id is 'Who likes it.';
comment on column project_likes.created_at is 'Since when.';


-- project_view_deltas and project_views: who looks appends, a job folds: nobody who looks ever waits for another.
create table project_view_deltas (
    id bigint generated always as identity constraint project_view_deltas_pkey primary key,
    -- No foreign key: it would lock the project's row with every view. What is gone by the time is not counted.
    project_id uuid not null,
    viewed_at timestamptz not null default now()
    -- Rows come and go with every fold: vacuum by their number, not by a share of a table that is usually empty.
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

alter table project_view_deltas enable row level security;

comment on table project_view_deltas is 'Views that are not folded in yet.';
comment on column project_view_deltas.id is 'Identifier.';
comment on column project_view_deltas.project_id is 'The project that was looked at.';
comment on column project_view_deltas.viewed_at is 'When.';

create table project_views (
    project_id uuid not null constraint project_views_project_id_fkey references projects on delete cascade,
    view_date date not null,
    views bigint not null,
    constraint project_views_pkey primary key (project_id, view_date),
    constraint project_views_views_check check (views > 0)
) with (fillfactor = 80);

alter table project_views enable row level security;

comment on table project_views is 'Views of a project by day; what view_count adds up.';
comment on column project_views.project_id is 'The project.';
comment on column project_views.view_date is 'The day, in the time zone of the school.';
comment on column project_views.views is 'How often it was looked at.';
