-- Since when a contract is with its buyer; null: from its beginning.
alter table mirrors add column bought_from timestamptz(3);

-- When usage counts in OpenMeter: what counted with the buyer before must be found when a transfer is heard of late.
alter table usage_events add column counted_at timestamptz(3);
update usage_events set counted_at = hour where sent_at is not null;
