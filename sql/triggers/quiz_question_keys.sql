-- triggers on quiz_question_keys.
create or replace trigger check_answer_key_shape
before insert or update of answer_key on quiz_question_keys
for each row execute function check_row_shape('answer_key', 'question_key');

create or replace trigger touch_updated_at
before update on quiz_question_keys
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on quiz_question_keys
for each row execute function audit_quiz_question_keys();
