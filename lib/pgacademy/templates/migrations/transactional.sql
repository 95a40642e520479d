-- $name: what this adds, and why.
-- depends: $depends

-- Add first: new tables, columns that may be null or have a default, constraints `not valid`. A backfill fills what is
-- there already; what the release before still uses goes later. The file and its row are one transaction.
