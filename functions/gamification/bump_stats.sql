-- bump_stats: the one writer of what user_stats counts about lessons, courses and scores.
--
-- All amounts are differences, so that concurrent callers add up; a correction passes negative ones. A score counts
-- as one more scored lesson, and as a perfect one if it is 100; p_score_before is the one it replaces, or that goes.
-- The last activity only moves forward.
--
-- called by  record_completion, record_enrollment, update_course_progress
-- requires   ensure_user_stats
-- errors     PA404 no such person
create or replace function bump_stats(
    p_user_id uuid,
    p_lessons integer default 0,
    p_courses_completed integer default 0,
    p_courses_enrolled integer default 0,
    p_score numeric default null,
    p_occurred_at timestamptz default null,
    p_score_before numeric default null
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    loop
        update user_stats as s
        set
            lessons_completed = s.lessons_completed + coalesce(p_lessons, 0),
            courses_completed = s.courses_completed + coalesce(p_courses_completed, 0),
            courses_enrolled = s.courses_enrolled + coalesce(p_courses_enrolled, 0),
            score_sum = s.score_sum + coalesce(p_score, 0) - coalesce(p_score_before, 0),
            score_count = s.score_count + (p_score is not null)::integer - (p_score_before is not null)::integer,
            perfect_scores = s.perfect_scores
                + (p_score is not distinct from 100)::integer - (p_score_before is not distinct from 100)::integer,
            last_activity_at = greatest(s.last_activity_at, p_occurred_at)
        where s.user_id = p_user_id;

        exit when found;

        perform ensure_user_stats(p_user_id => p_user_id);
    end loop;
end;
$$;

comment on function bump_stats is 'Adds to a person''s lesson, course and score counters.';
-- Granted to nobody: counters move with the rows they count.
revoke all on function bump_stats from public;
