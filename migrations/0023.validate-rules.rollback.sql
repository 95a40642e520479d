-- Nothing to undo: what was found to be true is true.
select 1;
