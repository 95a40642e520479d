-- study: materials, what is generated from them, sessions and what happens in them, metrics, spaced repetition.
-- depends: 0016.guard-partitions

-- study_materials: what a person studies: a file they uploaded, an address, a text. The back end cuts it into chunks.
-- A person's materials are theirs alone; so is all that hangs on them, and keys over (id, user_id) hold it to that.
create table study_materials (
    id uuid not null default uuid_v7() constraint study_materials_pkey primary key,
    user_id uuid not null constraint study_materials_user_id_fkey references users,
    title text not null,
    description text,
    source_url text,
    source_type text not null,
    metadata jsonb not null default '{}',
    status text not null default 'processing',
    content_length integer,
    difficulty_level text,
    subject_area text,
    tags text[] not null default '{}',
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint study_materials_id_user_id_key unique (id, user_id),
    constraint study_materials_title_length_check check (length(title) between 1 and 255),
    constraint study_materials_description_length_check check (length(description) <= 10000),
    constraint study_materials_source_url_format_check
    check (length(source_url) <= 1000 and source_url ~ '^https?://[^[:space:][:cntrl:]]+$'),
    constraint study_materials_source_type_check check (source_type in ('upload', 'url', 'text')),
    constraint study_materials_source_check check (source_type <> 'url' or source_url is not null),
    constraint study_materials_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint study_materials_status_check check (status in ('processing', 'ready', 'failed')),
    constraint study_materials_content_length_check check (content_length >= 0),
    constraint study_materials_difficulty_level_check
    check (difficulty_level in ('beginner', 'intermediate', 'advanced')),
    constraint study_materials_subject_area_length_check check (length(subject_area) between 1 and 100),
    -- As tags of discussions are: words without a space, twenty at most.
    constraint study_materials_tags_format_check check (
        cardinality(tags) <= 20
        and array_position(tags, null) is null
        and joined_tags(tags) ~ '^([[:alnum:]][^[:space:][:cntrl:]]{0,39}( |$))*$'
        and cardinality(string_to_array(joined_tags(tags), ' ')) = cardinality(tags)
    )
);

-- A person's own, newest last.
create index study_materials_user_id_created_at_idx on study_materials (user_id, created_at);
-- What the back end has to work on, oldest first.
create index study_materials_waiting_idx on study_materials (created_at)
where status = 'processing' and deleted_at is null;
create index study_materials_tags_idx on study_materials using gin (tags) where deleted_at is null;

alter table study_materials enable row level security;

comment on table study_materials is 'What people study: files, addresses, texts; each its owner''s alone.';
comment on column study_materials.id is 'Identifier.';
comment on column study_materials.user_id is 'Whose it is.';
comment on column study_materials.title is 'One line. Plain text: whoever shows it must escape it.';
comment on column study_materials.description is 'More about it, in the owner''s words.';
comment on column study_materials.source_url is 'Where it comes from: an http or https address.';
comment on column study_materials.source_type is 'upload, url or text.';
comment on column study_materials.metadata is 'Whatever else the application knows of it: an object.';
comment on column study_materials.status is 'processing until the back end has cut it into chunks, then ready; or failed.';
comment on column study_materials.content_length is 'Characters of the whole text; null until it is known.';
comment on column study_materials.difficulty_level is 'beginner, intermediate or advanced.';
comment on column study_materials.subject_area is 'The subject, in a few words.';
comment on column study_materials.tags is 'Up to twenty lower-case words.';
comment on column study_materials.deleted_at is 'When its owner removed it; the rows stay until the person goes.';
comment on column study_materials.created_at is 'When it was added.';
comment on column study_materials.updated_at is 'When the row was last changed.';


-- content_chunks: a material in pieces, in order.
create table content_chunks (
    id uuid not null default uuid_v7() constraint content_chunks_pkey primary key,
    study_material_id uuid not null constraint content_chunks_study_material_id_fkey references study_materials,
    chunk_order integer not null,
    content text not null,
    chunk_type text not null default 'paragraph',
    metadata jsonb not null default '{}',
    word_count integer,
    language text,
    summary text,
    relevance_score numeric(5, 4),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint content_chunks_study_material_id_chunk_order_key unique (study_material_id, chunk_order),
    -- What the chunk of an asset is held to.
    constraint content_chunks_id_study_material_id_key unique (id, study_material_id),
    constraint content_chunks_chunk_order_check check (chunk_order >= 1),
    constraint content_chunks_content_length_check check (length(content) between 1 and 100000),
    constraint content_chunks_chunk_type_format_check check (chunk_type ~ '^[a-z][a-z_]{0,49}$'),
    constraint content_chunks_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint content_chunks_word_count_check check (word_count >= 0),
    constraint content_chunks_language_format_check check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?$'),
    constraint content_chunks_summary_length_check check (length(summary) <= 20000),
    constraint content_chunks_relevance_score_check check (relevance_score between 0 and 1)
);

alter table content_chunks enable row level security;

comment on table content_chunks is 'A study material in pieces, in order; written by the back end.';
comment on column content_chunks.id is 'Identifier.';
comment on column content_chunks.study_material_id is 'The material.';
comment on column content_chunks.chunk_order is 'Its place in the material, from 1.';
comment on column content_chunks.content is 'The text.';
comment on column content_chunks.chunk_type is 'paragraph, section, heading, ...: a lower-case name.';
comment on column content_chunks.metadata is 'Whatever else the back end knows of it: an object.';
comment on column content_chunks.word_count is 'Words in it.';
comment on column content_chunks.language is 'Language tag, such as en or pt-BR.';
comment on column content_chunks.summary is 'What it says, in short.';
comment on column content_chunks.relevance_score is 'How much a model made of it, 0 to 1.';
comment on column content_chunks.created_at is 'When it was stored.';
comment on column content_chunks.updated_at is 'When the row was last changed.';


-- generated_assets: what a model made of a material or one of its chunks. Each type has its shape of content.
create table generated_assets (
    id uuid not null default uuid_v7() constraint generated_assets_pkey primary key,
    study_material_id uuid not null constraint generated_assets_study_material_id_fkey references study_materials,
    content_chunk_id uuid,
    asset_type text not null,
    content jsonb not null,
    metadata jsonb not null default '{}',
    generation_model text not null,
    generation_params jsonb not null default '{}',
    status text not null default 'ready',
    quality_score numeric(5, 4),
    difficulty_level smallint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- The chunk is one of the same material.
    constraint generated_assets_content_chunk_id_fkey
    foreign key (content_chunk_id, study_material_id) references content_chunks (id, study_material_id),
    constraint generated_assets_asset_type_check check (asset_type in ('quiz', 'flashcard', 'summary')),
    constraint generated_assets_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint generated_assets_generation_model_length_check check (length(generation_model) between 1 and 100),
    constraint generated_assets_generation_params_check check (jsonb_typeof(generation_params) = 'object'),
    constraint generated_assets_status_check check (status in ('draft', 'ready', 'retired')),
    constraint generated_assets_quality_score_check check (quality_score between 0 and 1),
    constraint generated_assets_difficulty_level_check check (difficulty_level between 1 and 10)
);

-- The assets of a material, by type: it begins with the material, so it serves whoever asks for all of them too.
create index generated_assets_study_material_id_asset_type_idx on generated_assets (study_material_id, asset_type);
create index generated_assets_content_chunk_id_study_material_id_idx
on generated_assets (content_chunk_id, study_material_id) where content_chunk_id is not null;
-- What a model delivers, and how good it is: the back end compares models.
create index generated_assets_generation_model_created_at_idx on generated_assets (generation_model, created_at);

alter table generated_assets enable row level security;

comment on table generated_assets is 'What models made of study materials: quizzes, flashcards, summaries.';
comment on column generated_assets.id is 'Identifier.';
comment on column generated_assets.study_material_id is 'The material it was made of.';
comment on column generated_assets.content_chunk_id is 'The chunk of that material, or null for the whole of it.';
comment on column generated_assets.asset_type is 'quiz, flashcard or summary.';
comment on column generated_assets.content is
'The asset itself, in the shape of its type: quiz_content, flashcard_content, summary_content.';
comment on column generated_assets.metadata is 'What the back end noted while making it: an object.';
comment on column generated_assets.generation_model is 'The model that made it.';
comment on column generated_assets.generation_params is 'How the model was called: an object.';
comment on column generated_assets.status is 'draft until somebody looked at it, ready, or retired.';
comment on column generated_assets.quality_score is 'How good it was found to be, 0 to 1.';
comment on column generated_assets.difficulty_level is '1 to 10.';
comment on column generated_assets.created_at is 'When it was made.';
comment on column generated_assets.updated_at is 'When the row was last changed.';


-- learning_sessions: a person at work on a material. Its row is what interactions of one session queue on.
create table learning_sessions (
    id uuid not null default uuid_v7() constraint learning_sessions_pkey primary key,
    user_id uuid not null constraint learning_sessions_user_id_fkey references users,
    study_material_id uuid not null,
    session_type text not null,
    session_data jsonb,
    configuration jsonb not null default '{}',
    total_interactions integer not null default 0,
    completion_percentage numeric(5, 2) not null default 0,
    status text not null default 'active',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    aggregated_at timestamptz,
    updated_at timestamptz not null default now(),
    -- What interactions and metrics of the session are held to.
    constraint learning_sessions_id_user_id_key unique (id, user_id),
    -- One's own material.
    constraint learning_sessions_study_material_id_fkey
    foreign key (study_material_id, user_id) references study_materials (id, user_id),
    constraint learning_sessions_session_type_check check (session_type in ('quiz', 'review', 'study')),
    constraint learning_sessions_session_data_check check (jsonb_typeof(session_data) = 'object'),
    constraint learning_sessions_configuration_check check (jsonb_typeof(configuration) = 'object'),
    constraint learning_sessions_total_interactions_check check (total_interactions >= 0),
    constraint learning_sessions_completion_percentage_check check (completion_percentage between 0 and 100),
    constraint learning_sessions_status_check check (status in ('active', 'completed', 'abandoned')),
    constraint learning_sessions_ended_at_check
    check ((status = 'active') = (ended_at is null) and (ended_at is null or ended_at >= started_at)),
    constraint learning_sessions_aggregated_at_check check (aggregated_at is null or ended_at is not null)
) with (fillfactor = 80);

create index learning_sessions_user_id_started_at_idx on learning_sessions (user_id, started_at);
create index learning_sessions_study_material_id_user_id_idx on learning_sessions (study_material_id, user_id);
-- What aggregate_session_data() has still to do, oldest first.
create index learning_sessions_not_aggregated_idx on learning_sessions (started_at) where aggregated_at is null;

alter table learning_sessions enable row level security;

comment on table learning_sessions is 'People at work on their materials.';
comment on column learning_sessions.id is 'Identifier.';
comment on column learning_sessions.user_id is 'Who studies.';
comment on column learning_sessions.study_material_id is 'What they study, which is theirs.';
comment on column learning_sessions.session_type is 'quiz, review or study.';
comment on column learning_sessions.session_data is
'The state of the session, as the application keeps it: an object. Null once it was aggregated into metrics.';
comment on column learning_sessions.configuration is 'How the session was set up: an object.';
comment on column learning_sessions.total_interactions is 'How many interactions it has had.';
comment on column learning_sessions.completion_percentage is 'How far the person got, 0 to 100.';
comment on column learning_sessions.status is 'active, completed, or abandoned: never ended by the person.';
comment on column learning_sessions.started_at is 'When it began.';
comment on column learning_sessions.ended_at is 'When it ended; null while it is active.';
comment on column learning_sessions.aggregated_at is 'When its data became metrics; null for not yet.';
comment on column learning_sessions.updated_at is 'When the row was last changed.';


-- interactions: what happens in a session, by month. There is no foreign key from elsewhere to it: see user_feedback.
create table interactions (
    id uuid not null default uuid_v7(),
    learning_session_id uuid not null,
    user_id uuid not null,
    generated_asset_id uuid constraint interactions_generated_asset_id_fkey references generated_assets,
    interaction_type text not null,
    interaction_data jsonb not null default '{}',
    is_correct boolean,
    response_time_ms integer,
    confidence_level numeric(5, 4),
    feedback_data jsonb,
    created_at timestamptz not null default now(),
    constraint interactions_pkey primary key (id, created_at),
    -- Of the person whose session it is; so it needs no key to users beside it.
    constraint interactions_learning_session_id_fkey
    foreign key (learning_session_id, user_id) references learning_sessions (id, user_id),
    constraint interactions_interaction_type_check check (interaction_type in ('answer', 'view', 'skip')),
    constraint interactions_interaction_data_check check (jsonb_typeof(interaction_data) = 'object'),
    constraint interactions_is_correct_check check (is_correct is null or interaction_type = 'answer'),
    constraint interactions_response_time_ms_check check (response_time_ms between 0 and 86400000),
    constraint interactions_confidence_level_check check (confidence_level between 0 and 1),
    constraint interactions_feedback_data_check check (jsonb_typeof(feedback_data) = 'object')
) partition by range (created_at);

create index interactions_learning_session_id_user_id_idx on interactions (learning_session_id, user_id);
create index interactions_user_id_created_at_idx on interactions (user_id, created_at);
create index interactions_generated_asset_id_idx on interactions (generated_asset_id) where generated_asset_id is not null;
-- Rows come in the order of time: a few pages say which of them are of a day.
create index interactions_created_at_idx on interactions using brin (created_at);

alter table interactions enable row level security;

comment on table interactions is 'What people do in their sessions, in monthly partitions.';
comment on column interactions.id is 'Identifier.';
comment on column interactions.learning_session_id is 'The session.';
comment on column interactions.user_id is 'Who did it: the person of the session.';
comment on column interactions.generated_asset_id is 'The asset it was about, or null.';
comment on column interactions.interaction_type is 'answer, view or skip.';
comment on column interactions.interaction_data is 'The details, in the shape interaction_data.';
comment on column interactions.is_correct is 'Whether an answer was right; null for what has no right or wrong.';
comment on column interactions.response_time_ms is 'Milliseconds it took.';
comment on column interactions.confidence_level is 'How sure the person said they were, 0 to 1.';
comment on column interactions.feedback_data is 'What the application answered at once: an object, or null.';
comment on column interactions.created_at is 'When it happened.';


-- user_feedback: what people say of an asset or of one interaction with it.
--
-- The interaction is named by both columns of its key, and no foreign key holds them: PostgreSQL 15 to 18 refuse to detach a
-- month while a row refers to it (23503), lock this table against readers to detach any month and against writers to attach
-- one, and `drop ... cascade` of a month, which they hint at, drops the whole key. Triggers do what the key would: an
-- interaction is there, and the person's own, when feedback is given; when one is deleted, interaction_created_at becomes
-- null. A month that leaves the table takes its interactions with it; their feedback still says which they were.
create table user_feedback (
    id uuid not null default uuid_v7() constraint user_feedback_pkey primary key,
    user_id uuid not null constraint user_feedback_user_id_fkey references users,
    generated_asset_id uuid constraint user_feedback_generated_asset_id_fkey references generated_assets,
    interaction_id uuid,
    interaction_created_at timestamptz,
    feedback_type text not null,
    rating smallint,
    comment text,
    metadata jsonb not null default '{}',
    status text not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_feedback_target_check check (num_nonnulls(generated_asset_id, interaction_id) >= 1),
    constraint user_feedback_interaction_check check (interaction_created_at is null or interaction_id is not null),
    constraint user_feedback_feedback_type_check check (feedback_type in ('rating', 'comment', 'report')),
    constraint user_feedback_rating_check check (rating between 1 and 5),
    constraint user_feedback_comment_length_check check (length(comment) between 1 and 5000),
    constraint user_feedback_content_check
    check (case feedback_type when 'rating' then rating is not null else comment is not null end),
    constraint user_feedback_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint user_feedback_status_check check (status in ('active', 'resolved', 'dismissed'))
);

-- Of one thing a person has one rating; the later one replaces it.
create unique index user_feedback_rating_key on user_feedback (user_id, generated_asset_id, interaction_id)
nulls not distinct where feedback_type = 'rating';
create index user_feedback_user_id_created_at_idx on user_feedback (user_id, created_at);
create index user_feedback_generated_asset_id_feedback_type_idx on user_feedback (generated_asset_id, feedback_type)
where generated_asset_id is not null;
create index user_feedback_interaction_id_idx on user_feedback (interaction_id) where interaction_id is not null;

alter table user_feedback enable row level security;

comment on table user_feedback is 'What people say of generated assets and of single interactions.';
comment on column user_feedback.id is 'Identifier.';
comment on column user_feedback.user_id is 'Who says it.';
comment on column user_feedback.generated_asset_id is 'The asset it is about: that of the interaction, where one is named.';
comment on column user_feedback.interaction_id is 'The interaction it is about, or null.';
comment on column user_feedback.interaction_created_at is
'When that interaction was, which is where it is found; null once it was deleted.';
comment on column user_feedback.feedback_type is 'rating, comment or report.';
comment on column user_feedback.rating is '1 to 5 stars.';
comment on column user_feedback.comment is 'What was said; plain text, never trusted HTML.';
comment on column user_feedback.metadata is 'Whatever else the application wants to know: an object.';
comment on column user_feedback.status is 'active, resolved or dismissed.';
comment on column user_feedback.created_at is 'When it was given.';
comment on column user_feedback.updated_at is 'When the row was last changed.';


-- progress_metrics: how people do, by month of recording.
create table progress_metrics (
    id uuid not null default uuid_v7(),
    user_id uuid not null constraint progress_metrics_user_id_fkey references users,
    learning_session_id uuid,
    metric_type text not null,
    metric_value numeric not null,
    metric_data jsonb not null default '{}',
    time_period text,
    subject_area text,
    aggregation_type text,
    recorded_at timestamptz not null default now(),
    constraint progress_metrics_pkey primary key (id, recorded_at),
    constraint progress_metrics_learning_session_id_fkey
    foreign key (learning_session_id, user_id) references learning_sessions (id, user_id),
    constraint progress_metrics_metric_type_check
    check (metric_type in ('accuracy', 'speed', 'retention', 'interactions', 'completion', 'duration')),
    constraint progress_metrics_metric_value_check
    check (metric_value >= 0 and metric_value < 'infinity'),
    constraint progress_metrics_metric_data_check check (jsonb_typeof(metric_data) = 'object'),
    constraint progress_metrics_time_period_check check (time_period in ('daily', 'weekly', 'monthly')),
    constraint progress_metrics_subject_area_length_check check (length(subject_area) between 1 and 100),
    constraint progress_metrics_aggregation_type_check
    check (aggregation_type in ('average', 'sum', 'count', 'last'))
) partition by range (recorded_at);

-- A person's curve of one metric.
create index progress_metrics_user_id_metric_type_recorded_at_idx
on progress_metrics (user_id, metric_type, recorded_at);
create index progress_metrics_learning_session_id_user_id_idx
on progress_metrics (learning_session_id, user_id) where learning_session_id is not null;
create index progress_metrics_recorded_at_idx on progress_metrics using brin (recorded_at);

alter table progress_metrics enable row level security;

comment on table progress_metrics is 'How people do over time, in monthly partitions; kept for years.';
comment on column progress_metrics.id is 'Identifier.';
comment on column progress_metrics.user_id is 'The person.';
comment on column progress_metrics.learning_session_id is 'The session it is of; null for a period.';
comment on column progress_metrics.metric_type is
'accuracy, retention and completion in percent, speed in milliseconds, duration in seconds, interactions as a number.';
comment on column progress_metrics.metric_value is 'The value, in the unit of its type.';
comment on column progress_metrics.metric_data is 'What it was computed from: an object.';
comment on column progress_metrics.time_period is 'daily, weekly or monthly; null for one session.';
comment on column progress_metrics.subject_area is 'The subject of the material.';
comment on column progress_metrics.aggregation_type is 'average, sum, count or last: how it came of its parts.';
comment on column progress_metrics.recorded_at is 'The moment it speaks of: the end of the session or period.';


-- review_cards: what a person remembers of a flashcard, after FSRS-6. See schedule_review.
create table review_cards (
    id uuid not null default uuid_v7() constraint review_cards_pkey primary key,
    user_id uuid not null constraint review_cards_user_id_fkey references users,
    generated_asset_id uuid not null constraint review_cards_generated_asset_id_fkey references generated_assets,
    state text not null default 'learning',
    step smallint default 0,
    stability numeric,
    difficulty numeric,
    due_at timestamptz not null default now(),
    last_review_at timestamptz,
    review_count integer not null default 0,
    lapse_count integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint review_cards_generated_asset_id_user_id_key unique (generated_asset_id, user_id),
    constraint review_cards_state_check check (state in ('learning', 'review', 'relearning')),
    constraint review_cards_step_check check ((step is null) = (state = 'review') and step >= 0),
    constraint review_cards_stability_check check (stability >= 0.001 and stability < 'infinity'),
    constraint review_cards_difficulty_check check (difficulty between 1 and 10),
    constraint review_cards_memory_check check (
        (stability is null) = (last_review_at is null)
        and (difficulty is null) = (last_review_at is null)
        and (review_count = 0) = (last_review_at is null)
    ),
    constraint review_cards_counts_check check (lapse_count between 0 and review_count)
) with (fillfactor = 80);

-- due_cards: the next ones of a person.
create index review_cards_user_id_due_at_idx on review_cards (user_id, due_at);

alter table review_cards enable row level security;

comment on table review_cards is 'What people remember of their flashcards, and when to ask again.';
comment on column review_cards.id is 'Identifier.';
comment on column review_cards.user_id is 'Who learns.';
comment on column review_cards.generated_asset_id is 'The flashcard.';
comment on column review_cards.state is 'learning at first, then review; relearning after a lapse.';
comment on column review_cards.step is 'The step of learning or relearning, from 0; null in review.';
comment on column review_cards.stability is 'Days after which it is remembered with a probability of 90 %; null before the first review.';
comment on column review_cards.difficulty is '1 to 10; null before the first review.';
comment on column review_cards.due_at is 'When to ask again.';
comment on column review_cards.last_review_at is 'When it was last reviewed; null for never.';
comment on column review_cards.review_count is 'How often it was reviewed.';
comment on column review_cards.lapse_count is 'How often it was forgotten after it had been learned.';
comment on column review_cards.created_at is 'When it was made.';
comment on column review_cards.updated_at is 'When the row was last changed.';


-- review_logs: every review, for ever: counters are counted from it, and the parameters of the algorithm are fitted to it.
create table review_logs (
    id uuid not null default uuid_v7() constraint review_logs_pkey primary key,
    review_card_id uuid not null constraint review_logs_review_card_id_fkey references review_cards,
    user_id uuid not null constraint review_logs_user_id_fkey references users,
    rating smallint not null,
    reviewed_at timestamptz not null default now(),
    duration_ms integer,
    was_due boolean not null,
    state_before text not null,
    state text not null,
    stability numeric not null,
    difficulty numeric not null,
    retrievability numeric,
    due_at timestamptz not null,
    created_at timestamptz not null default now(),
    constraint review_logs_rating_check check (rating between 1 and 4),
    constraint review_logs_duration_ms_check check (duration_ms between 0 and 86400000),
    constraint review_logs_state_before_check check (state_before in ('learning', 'review', 'relearning')),
    constraint review_logs_state_check check (state in ('learning', 'review', 'relearning')),
    constraint review_logs_retrievability_check check (retrievability between 0 and 1)
);

create index review_logs_review_card_id_reviewed_at_idx on review_logs (review_card_id, reviewed_at);
create index review_logs_user_id_reviewed_at_idx on review_logs (user_id, reviewed_at);

alter table review_logs enable row level security;

comment on table review_logs is 'Every review of a flashcard.';
comment on column review_logs.id is 'Identifier.';
comment on column review_logs.review_card_id is 'The card.';
comment on column review_logs.user_id is 'Who reviewed it.';
comment on column review_logs.rating is '1 forgotten, 2 hard, 3 good, 4 easy.';
comment on column review_logs.reviewed_at is 'When.';
comment on column review_logs.duration_ms is 'Milliseconds it took; null if unknown.';
comment on column review_logs.was_due is 'Whether the card was due: only such a review counts as a deed.';
comment on column review_logs.state_before is 'The state of the card before.';
comment on column review_logs.state is 'The state of the card after.';
comment on column review_logs.stability is 'The stability after.';
comment on column review_logs.difficulty is 'The difficulty after.';
comment on column review_logs.retrievability is 'How likely it was to be remembered, 0 to 1; null for the first review.';
comment on column review_logs.due_at is 'When to ask again, after this review.';
comment on column review_logs.created_at is 'When it was recorded.';
