-- +goose Up
-- The regulation and annex in Swedish too, as the other texts of a funding period are.
ALTER TABLE funding_period ADD COLUMN indicator_set_sv TEXT NOT NULL DEFAULT '';
UPDATE funding_period SET indicator_set_sv = 'Förordning (EG) nr 1828/2006, bilaga XXIII' WHERE code = '2007-2013';
UPDATE funding_period SET indicator_set_sv = 'Förordning (EU) nr 1304/2013, bilaga I' WHERE code = '2014-2020';
UPDATE funding_period SET indicator_set_sv = 'Förordning (EU) 2021/1057, bilaga I' WHERE code = '2021-2027';
