-- Table privileges of pgacademy_anonymous: visitors who are not signed in read what is public.
-- (Execution of functions and reading of views are granted where those are made. One block per domain.)

-- operations
-- nothing

-- identity
grant select on table public_profiles to pgacademy_anonymous;

-- catalog
-- Read only: staff write through procedures.
grant select on table courses, course_stats, course_prerequisites, lessons, lesson_prerequisites to pgacademy_anonymous;
-- Of files not what they were called at home, their folder and their place in the store: list_files() shows one's own.
grant select (
    id, user_id, filename, file_url, file_type, mime_type, file_size, is_public, created_at, updated_at
) on table uploaded_files to pgacademy_anonymous;

-- learning
-- nothing

-- gamification
grant select on table levels, achievement_metrics, achievements to pgacademy_anonymous;

-- coins
-- nothing

-- assessment
-- nothing

-- chain
-- nothing

-- credentials
-- nothing: verify_certificate() answers for one code at a time.

-- projects
grant select on table projects to pgacademy_anonymous;

-- community
-- nothing

-- study
-- nothing
