-- What the handlers of the tests do: position keeps the order of application, attempts what was acknowledged to a client.
create table effect (
  position bigint generated always as identity (cache 1) primary key,
  consumer text not null,
  event_id uuid not null,
  thing text not null,
  n int not null,
  seq bigint not null
);
create table attempt (
  thing text not null,
  n int not null,
  primary key (thing, n)
);
