-- triggers on auth_sessions: an erased person is not signed in again.

create or replace trigger refuse_erased_user
before insert on auth_sessions
for each row execute function refuse_erased_user();
