-- policies on job_runs: administrators see what the jobs did; begin_job() and end_job() are the only writers.
drop policy if exists select_all on job_runs;
create policy select_all on job_runs
    for select to pgacademy_admin
    using ((select acts_as('admin')));
