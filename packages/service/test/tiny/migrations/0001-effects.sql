create table effects (id int generated always as identity primary key, tenant_id text not null, note text not null);
