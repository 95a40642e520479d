-- triggers on faucet_requests: an erased person asks for nothing.

create or replace trigger refuse_erased_user
before insert on faucet_requests
for each row execute function refuse_erased_user();
