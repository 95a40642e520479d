-- triggers on quiz_questions.
create or replace trigger check_options_shape
before insert or update of options on quiz_questions
for each row execute function check_row_shape('options', 'question_options');

create or replace trigger touch_updated_at
before update on quiz_questions
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on quiz_questions
for each row execute function audit_quiz_questions();
