-- v_project_completion: of each type of project, how many there are and how many were minted.
--
-- Asks with its owner's rights, because analysts read no table: it tells numbers and no person. A barrier, as such views
-- are.
create or replace view v_project_completion
with (security_barrier)
as
select
    p.project_type,
    count(*) as total_projects,
    count(p.nft_token_id) as nft_minted,
    round(count(p.nft_token_id) * 100.0 / count(*), 2) as completion_rate
from projects as p
group by p.project_type;

comment on view v_project_completion is 'Projects and minted projects by type, for reports.';
revoke all on v_project_completion from public;
grant select on v_project_completion to pgacademy_analyst, pgacademy_admin;
