-- triggers on exercise_grades: nothing more is said of an erased person.

create or replace trigger refuse_erased_user
before insert on exercise_grades
for each row
when (new.rubric is not null or new.feedback is not null or new.reason is not null)
execute function refuse_erased_user();
