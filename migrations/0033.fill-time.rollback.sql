-- Loses nothing and undoes nothing: the sums stay in their columns, right as they are, until 0032 is rolled back.
select 1;
