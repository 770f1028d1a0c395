/** A Postgres to use for database tests, as a role that may create databases and roles; absent, one is started. */
export function givenDatabaseUrl(): string | undefined {
  return process.env.TEST_DATABASE_URL
}
