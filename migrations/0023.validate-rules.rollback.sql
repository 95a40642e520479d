-- Nothing to undo: what was found to be true is true.
do $$ begin null; end $$;
