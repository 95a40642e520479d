-- delete_exercise: take an exercise away that nobody has begun. One with work in it is unpublished instead: see
-- update_exercise.
--
-- called by  approved instructors, administrators
-- requires   require_exercise_staff
-- errors     PA401 · PA403 · PA404 no such exercise · PA409 somebody has begun it
create or replace function delete_exercise(
    p_exercise_id uuid
)
returns void
language plpgsql
volatile
security definer -- deletes from exercises, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_has_submissions boolean;
begin
    perform require_exercise_staff(p_exercise_id => p_exercise_id);

    -- Written, not locked: the learner who begins it first writes the same row, so of the two one waits, and an older
    -- snapshot fails with 40001.
    update exercises as x set has_submissions = x.has_submissions where x.id = p_exercise_id
    returning x.has_submissions into v_has_submissions;

    if v_has_submissions then
        raise exception 'somebody has begun this exercise'
            using errcode = 'PA409', detail = format('exercise_id = %s', p_exercise_id),
                hint = 'Take it from the learners with update_exercise(p_is_published => false).';
    end if;

    delete from exercises as x where x.id = p_exercise_id;
end;
$$;

comment on function delete_exercise is 'Deletes an exercise that nobody has begun.';
revoke all on function delete_exercise from public;
grant execute on function delete_exercise to pgacademy_instructor, pgacademy_admin;
