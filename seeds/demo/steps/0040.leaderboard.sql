-- The board that people see first. Only where there is none yet: afterwards `pgacademy refresh` renews it.
select refresh_leaderboard() as refreshed
from leaderboard_generation as g
where g.calculated_at is null;
