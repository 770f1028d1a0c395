-- What was sold since when, as far back as OpenMeter may not know it: [{ from, cards }].
alter table mirrors add column agreed jsonb not null default '[]';
create index mirrors_by_state on mirrors (sync_state, contract_id);
