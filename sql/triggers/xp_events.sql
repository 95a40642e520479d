-- triggers on xp_events: the ledger is added to, never changed.
create or replace trigger refuse_ledger_change
before update or delete on xp_events
for each row execute function refuse_ledger_change('xp_events');
