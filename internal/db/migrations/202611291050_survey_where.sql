-- +goose Up
-- Where a workplace stood when its group was made: what a closed round tells, by county and municipality and which small groups are put together, stays
-- as it is also if the history of the organisation is corrected later. '' under none; NULL of what was grouped before this was kept.
ALTER TABLE survey_group_place ADD COLUMN municipality TEXT;
ALTER TABLE survey_group_place ADD COLUMN county TEXT;
