-- triggers on coin_postings: added to, never changed; zero in sum when the transaction commits.
create or replace trigger refuse_ledger_change
before update or delete on coin_postings
for each row execute function refuse_ledger_change('coin_postings');

-- There is no "or replace" for a constraint trigger.
drop trigger if exists check_postings on coin_postings;
create constraint trigger check_postings
after insert on coin_postings
deferrable initially deferred
for each row execute function check_postings();
