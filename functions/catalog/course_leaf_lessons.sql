-- course_leaf_lessons: the lessons that completing a course means. The one place that says so.
--
-- Active, mandatory, and without children. A lesson with children is a chapter, and stays one when all of them are
-- hidden: a learner never has to complete a heading. Hiding a chapter hides what is in it (trigger on lessons), so no
-- walk up the tree is needed here. Inlined into the calling query.
--
-- called by  count_course_lessons, publish_course; learning: progress of an enrolment
-- requires   nothing
-- errors     none; an unknown course has no lessons
create or replace function course_leaf_lessons(
    p_course_id uuid
)
returns table (lesson_id uuid)
language sql
stable
security invoker
begin atomic
    select l.id
    from lessons as l
    where
        l.course_id = p_course_id
        and l.is_active
        and l.is_mandatory
        and not exists (
            select
            from lessons as child
            where child.course_id = l.course_id and child.parent_lesson_id = l.id
        );
end;

comment on function course_leaf_lessons is 'The lessons that completing a course means: active, mandatory, without children.';
revoke all on function course_leaf_lessons from public;
-- Granted to nobody: procedures and triggers call it.
