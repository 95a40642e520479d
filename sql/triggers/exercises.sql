-- triggers on exercises. Those of one moment fire by name: the shapes are checked before what they cannot say.
create or replace trigger check_content_shape
before insert or update of content on exercises
for each row execute function check_row_shape('content', 'exercise_content');

create or replace trigger check_rubric_shape
before insert or update of rubric on exercises
for each row execute function check_row_shape('rubric', 'exercise_rubric');

create or replace trigger check_what_belongs_together
before insert or update of content, rubric, max_score on exercises
for each row execute function check_exercise();

create or replace trigger touch_updated_at
before update on exercises
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on exercises
for each row execute function audit_exercises();
