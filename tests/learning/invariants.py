"""What must be true of enrolments, progress and counters after anything at all, counted from the rows themselves."""

from __future__ import annotations

from tests.support.factories import Connection

# Each query lists the rows that break its rule.
RULES = {
    "an enrolment caches what its lessons say": """
        with leaves as (
            select l.course_id, l.id
            from lessons as l
            where l.is_active and l.is_mandatory
                and not exists (select from lessons as c where c.parent_lesson_id = l.id)
        ), counted as (
            select e.id,
                (select count(*) from leaves as l where l.course_id = e.course_id) as total,
                (select count(*) from leaves as l join lesson_progress as p on p.lesson_id = l.id
                 where p.enrollment_id = e.id and p.status = 'completed') as done,
                (select coalesce(sum(p.time_spent_seconds), 0) from lesson_progress as p
                 where p.enrollment_id = e.id) as seconds
            from enrollments as e
        )
        select e.id, e.status, e.completed_lessons_count, c.done, e.total_lessons_count, c.total, e.progress_percentage
        from enrollments as e join counted as c using (id)
        where (e.completed_lessons_count, e.total_lessons_count, e.total_time_spent_seconds)
                is distinct from (c.done, c.total, c.seconds)
            or e.progress_percentage <> coalesce(round(100.0 * c.done / nullif(c.total, 0), 2), 0)
            or (e.status = 'active' and c.total > 0 and c.done = c.total)
    """,
    "a course counts its seats, completions and ratings": """
        select s.course_id, s.enrollment_count, s.completion_count, s.rating_count, s.rating_sum, c.*
        from course_stats as s, lateral (
            select count(*) filter (where status in ('active', 'completed')),
                count(*) filter (where status = 'completed'), count(rating), coalesce(sum(rating), 0)
            from enrollments as e where e.course_id = s.course_id
        ) as c (seats, completed, ratings, rating_sum)
        where (s.enrollment_count, s.completion_count, s.rating_count, s.rating_sum)
            is distinct from (c.seats, c.completed, c.ratings, c.rating_sum)
    """,
    "no course has more learners than seats": """
        select s.course_id from course_stats as s join courses as c on c.id = s.course_id
        where c.max_enrollments < (
            select count(*) from enrollments as e where e.course_id = c.id and e.status in ('active', 'completed')
        )
    """,
    "a person counts enrolments, completions, lessons, scores and time": """
        select s.user_id, s.courses_enrolled, s.courses_completed, s.lessons_completed, s.score_sum,
            s.total_time_spent_seconds, s.last_accessed_at, c.*, p.*, t.*
        from user_stats as s, lateral (
            select count(*), count(*) filter (where status = 'completed'), max(last_accessed_at)
            from enrollments as e where e.user_id = s.user_id
        ) as c (enrolled, completed, accessed_at), lateral (
            select count(*), count(score), coalesce(sum(score), 0), count(*) filter (where score = 100)
            from lesson_progress as p where p.user_id = s.user_id and p.status = 'completed'
        ) as p (lessons, scores, score_sum, perfect), lateral (
            select coalesce(sum(time_spent_seconds), 0) from lesson_progress as p where p.user_id = s.user_id
        ) as t (seconds)
        where (s.courses_enrolled, s.courses_completed, s.lessons_completed, s.score_count, s.score_sum,
                s.perfect_scores, s.total_time_spent_seconds, s.last_accessed_at)
            is distinct from (c.enrolled, c.completed, p.lessons, p.scores, p.score_sum, p.perfect, t.seconds,
                c.accessed_at)
    """,
    "total XP is the sum of the ledger": """
        select s.user_id, s.total_xp from user_stats as s
        where s.total_xp <> (select coalesce(sum(amount), 0) from xp_events as x where x.user_id = s.user_id)
    """,
    "a lesson and a course are paid once, and only when completed": """
        select 'lesson' as what, p.user_id, p.lesson_id, p.xp_earned
        from lesson_progress as p
        where p.xp_earned <> (
            select coalesce(sum(amount), 0) from xp_events as x
            where x.user_id = p.user_id and x.source_type = 'lesson' and x.source_id = p.lesson_id
        )
        union all
        select 'course', x.user_id, x.source_id, x.amount
        from xp_events as x
        where x.source_type = 'course' and not exists (
            select from enrollments as e
            where e.user_id = x.user_id and e.course_id = x.source_id and e.status = 'completed'
        )
        union all
        select 'unpaid course', e.user_id, e.course_id, 0
        from enrollments as e
        inner join courses as c on c.id = e.course_id
        -- Nobody is paid for their own.
        where e.status = 'completed' and c.instructor_id <> e.user_id and not exists (
            select from xp_events as x
            where e.user_id = x.user_id and e.course_id = x.source_id and x.source_type = 'course'
        )
    """,
    "achievements are counted": """
        select s.user_id from user_stats as s
        where s.achievements_earned <> (select count(*) from user_achievements as a where a.user_id = s.user_id)
    """,
    "every claimed key has its reply": "select * from idempotency_keys where reply is null",
}


def assert_invariants(conn: Connection) -> None:
    for rule, query in RULES.items():
        broken = conn.execute(query).fetchall()
        assert not broken, f"{rule}: {broken[:5]}"
