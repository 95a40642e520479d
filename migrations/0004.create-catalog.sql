-- catalog: courses, what is counted about them, prerequisites, lessons.
-- depends: 0003.create-identity

create table courses (
    id uuid not null default uuid_v7() constraint courses_pkey primary key,
    slug text not null constraint courses_slug_key unique,
    title text not null,
    description text,
    instructor_id uuid not null constraint courses_instructor_id_fkey references users,
    created_by uuid constraint courses_created_by_fkey references users on delete set null,
    category text,
    discipline text,
    track text,
    difficulty text not null default 'beginner',
    estimated_minutes integer,
    learning_objectives jsonb not null default '[]',
    content_structure jsonb not null default '{}',
    thumbnail_url text,
    is_active boolean not null default true,
    is_published boolean not null default false,
    is_featured boolean not null default false,
    published_at timestamptz,
    max_enrollments integer,
    completion_xp integer,
    coin_reward integer not null default 0,
    version integer not null default 1,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint courses_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 500),
    constraint courses_title_length_check check (length(title) between 1 and 500),
    constraint courses_description_length_check check (length(description) <= 20000),
    constraint courses_category_length_check check (length(category) between 1 and 100),
    constraint courses_discipline_length_check check (length(discipline) between 1 and 50),
    constraint courses_track_check check (track in ('explorer', 'developer')),
    constraint courses_difficulty_check check (difficulty in ('beginner', 'intermediate', 'advanced')),
    constraint courses_estimated_minutes_check check (estimated_minutes > 0),
    constraint courses_learning_objectives_check check (jsonb_typeof(learning_objectives) in ('array', 'object')),
    constraint courses_content_structure_check check (jsonb_typeof(content_structure) in ('array', 'object')),
    constraint courses_thumbnail_url_length_check check (length(thumbnail_url) <= 1000),
    constraint courses_max_enrollments_check check (max_enrollments >= 0),
    constraint courses_completion_xp_check check (completion_xp between 0 and 100000),
    constraint courses_coin_reward_check check (coin_reward between 0 and 1000000),
    constraint courses_version_check check (version > 0),
    constraint courses_metadata_object_check check (jsonb_typeof(metadata) = 'object'),
    -- Every page of the catalogue carries these.
    constraint courses_learning_objectives_length_check check (octet_length(learning_objectives::text) <= 65536),
    constraint courses_content_structure_length_check check (octet_length(content_structure::text) <= 65536),
    constraint courses_metadata_length_check check (octet_length(metadata::text) <= 65536),
    constraint courses_published_check check (not is_published or published_at is not null)
);

create index courses_instructor_id_idx on courses (instructor_id);
create index courses_created_by_idx on courses (created_by);
-- Browsing the catalogue: each of these is a filter of its own, over what can be seen at all.
create index courses_track_difficulty_category_idx on courses (track, difficulty, category)
where is_published and is_active and deleted_at is null;
create index courses_discipline_difficulty_idx on courses (discipline, difficulty)
where is_published and is_active and deleted_at is null;
create index courses_category_idx on courses (category)
where is_published and is_active and deleted_at is null;
-- One page of the catalogue, newest first.
create index courses_published_at_idx on courses (published_at desc, id desc)
where is_published and is_active and deleted_at is null;
create index courses_created_at_idx on courses (created_at);
-- search_courses(): titles with a typing mistake in them, and words inside descriptions.
create index courses_title_trgm_idx on courses using gin (title gin_trgm_ops);
create index courses_description_trgm_idx on courses using gin (description gin_trgm_ops);

alter table courses enable row level security;

comment on table courses is 'Courses; the numbers that change with every learner are in course_stats.';
comment on column courses.id is 'Identifier.';
comment on column courses.slug is 'Name in addresses; unique.';
comment on column courses.title is 'Title.';
comment on column courses.description is 'What the course is about.';
comment on column courses.instructor_id is 'Who teaches it and grades in it.';
comment on column courses.created_by is 'Who entered it.';
comment on column courses.category is 'Category, free text.';
comment on column courses.discipline is 'Academic discipline, for example mechanical.';
comment on column courses.track is 'explorer or developer.';
comment on column courses.difficulty is 'beginner, intermediate or advanced.';
comment on column courses.estimated_minutes is 'Planned duration in minutes.';
comment on column courses.learning_objectives is 'What a learner will be able to do: a list, or an object with one.';
comment on column courses.content_structure is 'Outline as authored.';
comment on column courses.thumbnail_url is 'Address of the picture.';
comment on column courses.is_active is 'False hides the course everywhere.';
comment on column courses.is_published is 'Whether learners can find it and enrol.';
comment on column courses.is_featured is 'Shown first.';
comment on column courses.published_at is 'When it was first published.';
comment on column courses.max_enrollments is 'Seats; null for no limit.';
comment on column courses.completion_xp is 'XP for completing it; null for the platform''s default, 0 for none.';
comment on column courses.coin_reward is 'Coins for completing it.';
comment on column courses.version is 'Version of the content.';
comment on column courses.metadata is 'What an application keeps about a course.';
comment on column courses.created_at is 'When it was entered.';
comment on column courses.updated_at is 'When the row was last changed.';
comment on column courses.deleted_at is 'When it was deleted; a course with enrolments is never removed.';


-- course_stats: the numbers of a course, written by triggers only. Also the row that enrolments, new lessons and a new
-- seat limit queue on.
create table course_stats (
    course_id uuid not null constraint course_stats_pkey primary key
    constraint course_stats_course_id_fkey references courses on delete cascade,
    lesson_count integer not null default 0,
    enrollment_count integer not null default 0,
    completion_count integer not null default 0,
    rating_sum bigint not null default 0,
    rating_count integer not null default 0,
    lesson_sync text not null default 'done',
    average_rating numeric(3, 2) generated always as (round(rating_sum::numeric / nullif(rating_count, 0), 2)) stored,
    updated_at timestamptz not null default now(),
    constraint course_stats_lesson_count_check check (lesson_count >= 0),
    constraint course_stats_enrollment_count_check check (enrollment_count >= 0),
    constraint course_stats_completion_count_check check (completion_count between 0 and enrollment_count),
    constraint course_stats_lesson_sync_check check (lesson_sync in ('done', 'count', 'progress')),
    constraint course_stats_rating_check check (rating_count >= 0 and rating_sum between rating_count and 5 * rating_count)
) with (fillfactor = 70);

-- Best rated first. (No index on enrollment_count: it changes with every enrolment, and HOT updates are worth more.)
create index course_stats_average_rating_idx on course_stats (average_rating desc nulls last);

alter table course_stats enable row level security;

comment on table course_stats is 'What is counted about a course; system-written.';
comment on column course_stats.course_id is 'The course.';
comment on column course_stats.lesson_count is 'Lessons that completion counts: active, mandatory, without children.';
comment on column course_stats.enrollment_count is 'Seats taken: active and completed enrolments.';
comment on column course_stats.completion_count is 'Completed enrolments.';
comment on column course_stats.rating_sum is 'Sum of the ratings.';
comment on column course_stats.rating_count is 'How many learners rated it.';
comment on column course_stats.average_rating is 'Mean rating, 1 to 5; null while nobody rated it.';
comment on column course_stats.lesson_sync is
'What a change of lessons still has to do in its transaction: count, then progress. Always done once committed.';
comment on column course_stats.updated_at is 'When a number last changed.';


create table course_prerequisites (
    course_id uuid not null constraint course_prerequisites_course_id_fkey references courses on delete cascade,
    prerequisite_course_id uuid not null
    constraint course_prerequisites_prerequisite_course_id_fkey references courses,
    is_required boolean not null default true,
    created_at timestamptz not null default now(),
    constraint course_prerequisites_pkey primary key (course_id, prerequisite_course_id),
    constraint course_prerequisites_not_itself_check check (course_id <> prerequisite_course_id)
);

create index course_prerequisites_prerequisite_course_id_idx on course_prerequisites (prerequisite_course_id);

alter table course_prerequisites enable row level security;

comment on table course_prerequisites is 'Which course comes before which; never a cycle.';
comment on column course_prerequisites.course_id is 'The course.';
comment on column course_prerequisites.prerequisite_course_id is 'What comes before it.';
comment on column course_prerequisites.is_required is 'True if it must be completed before enrolling, false if only recommended.';
comment on column course_prerequisites.created_at is 'When the edge was added.';


-- lessons: the content of a course, nested where a parent is named. A lesson with children is a chapter: only leaves
-- are completed.
create table lessons (
    id uuid not null default uuid_v7() constraint lessons_pkey primary key,
    course_id uuid not null constraint lessons_course_id_fkey references courses on delete cascade,
    parent_lesson_id uuid,
    slug text not null,
    title text not null,
    description text,
    content jsonb not null default '{}',
    body text,
    lesson_type text not null default 'text',
    position integer not null,
    duration_minutes integer,
    video_url text,
    materials jsonb not null default '[]',
    learning_outcomes jsonb not null default '[]',
    is_mandatory boolean not null default true,
    is_preview boolean not null default false,
    is_graded boolean not null default false,
    is_active boolean not null default true,
    completion_xp integer,
    coin_reward integer not null default 0,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint lessons_course_id_slug_key unique (course_id, slug),
    -- The target of the foreign keys that must stay inside one course.
    constraint lessons_course_id_id_key unique (course_id, id),
    -- Deferrable, so that reorder_lessons() may pass through two lessons on one place. Not a unique constraint: moving a
    -- lesson would then change a key of it, and wait for every learner whose progress refers to it.
    constraint lessons_course_id_parent_lesson_id_position_excl exclude using btree (
        course_id with =,
        (coalesce(parent_lesson_id, '00000000-0000-0000-0000-000000000000'::uuid)) with =,
        position with =
    ) deferrable initially immediate,
    constraint lessons_parent_lesson_id_fkey foreign key (course_id, parent_lesson_id)
    references lessons (course_id, id) on delete cascade,
    constraint lessons_parent_not_itself_check check (parent_lesson_id <> id),
    constraint lessons_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 500),
    constraint lessons_title_length_check check (length(title) between 1 and 500),
    constraint lessons_description_length_check check (length(description) <= 20000),
    constraint lessons_lesson_type_check
    check (lesson_type in ('theory', 'interactive', 'project', 'video', 'text', 'quiz', 'assignment')),
    constraint lessons_position_check check (position >= 1),
    constraint lessons_duration_minutes_check check (duration_minutes >= 0),
    constraint lessons_video_url_length_check check (length(video_url) <= 1000),
    constraint lessons_materials_array_check check (jsonb_typeof(materials) = 'array'),
    constraint lessons_learning_outcomes_check check (jsonb_typeof(learning_outcomes) in ('array', 'object')),
    constraint lessons_completion_xp_check check (completion_xp between 0 and 100000),
    constraint lessons_coin_reward_check check (coin_reward between 0 and 1000000),
    constraint lessons_metadata_object_check check (jsonb_typeof(metadata) = 'object'),
    constraint lessons_body_length_check check (octet_length(body) <= 1048576),
    constraint lessons_content_length_check check (octet_length(content::text) <= 1048576),
    constraint lessons_materials_length_check check (octet_length(materials::text) <= 65536),
    constraint lessons_learning_outcomes_length_check check (octet_length(learning_outcomes::text) <= 65536),
    constraint lessons_metadata_length_check check (octet_length(metadata::text) <= 65536)
);

create index lessons_course_id_parent_lesson_id_position_idx on lessons (course_id, parent_lesson_id, position);
create index lessons_content_idx on lessons using gin (content jsonb_path_ops);

alter table lessons enable row level security;

comment on table lessons is 'Lessons of courses, ordered within their parent.';
comment on column lessons.id is 'Identifier.';
comment on column lessons.course_id is 'The course.';
comment on column lessons.parent_lesson_id is 'The chapter it is in; null at the top.';
comment on column lessons.slug is 'Name in addresses; unique in the course.';
comment on column lessons.title is 'Title.';
comment on column lessons.description is 'What it is about.';
comment on column lessons.content is 'Structured content.';
comment on column lessons.body is 'Text as Markdown or HTML.';
comment on column lessons.lesson_type is 'theory, interactive, project, video, text, quiz or assignment.';
comment on column lessons.position is 'Place within its parent, from 1.';
comment on column lessons.duration_minutes is 'Planned duration in minutes.';
comment on column lessons.video_url is 'Address of the video.';
comment on column lessons.materials is 'Attachments and links.';
comment on column lessons.learning_outcomes is 'What the lesson teaches.';
comment on column lessons.is_mandatory is 'Whether the course needs it; an optional lesson gives XP only.';
comment on column lessons.is_preview is 'Readable without enrolling.';
comment on column lessons.is_graded is 'True if only grading can complete it.';
comment on column lessons.is_active is 'False hides it and takes it out of progress.';
comment on column lessons.completion_xp is 'XP for completing it; null for the platform''s default, 0 for none.';
comment on column lessons.coin_reward is 'Coins for completing it.';
comment on column lessons.metadata is 'What an application keeps about a lesson.';
comment on column lessons.created_at is 'When it was entered.';
comment on column lessons.updated_at is 'When the row was last changed.';


create table lesson_prerequisites (
    course_id uuid not null,
    lesson_id uuid not null,
    prerequisite_lesson_id uuid not null,
    created_at timestamptz not null default now(),
    constraint lesson_prerequisites_pkey primary key (lesson_id, prerequisite_lesson_id),
    constraint lesson_prerequisites_lesson_id_fkey foreign key (course_id, lesson_id)
    references lessons (course_id, id) on delete cascade,
    constraint lesson_prerequisites_prerequisite_lesson_id_fkey foreign key (course_id, prerequisite_lesson_id)
    references lessons (course_id, id) on delete cascade,
    constraint lesson_prerequisites_not_itself_check check (lesson_id <> prerequisite_lesson_id)
);

create index lesson_prerequisites_course_id_lesson_id_idx on lesson_prerequisites (course_id, lesson_id);
create index lesson_prerequisites_course_id_prerequisite_lesson_id_idx
on lesson_prerequisites (course_id, prerequisite_lesson_id);

alter table lesson_prerequisites enable row level security;

comment on table lesson_prerequisites is 'Which lesson of a course must be completed before which; never a cycle.';
comment on column lesson_prerequisites.course_id is 'The course both belong to.';
comment on column lesson_prerequisites.lesson_id is 'The lesson.';
comment on column lesson_prerequisites.prerequisite_lesson_id is 'What comes before it.';
comment on column lesson_prerequisites.created_at is 'When the edge was added.';


-- What authors of courses without a slug queue on (set_course_defaults).
insert into write_guards (name) values ('course_slugs');
