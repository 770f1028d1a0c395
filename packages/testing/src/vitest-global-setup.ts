import type { TestProject } from 'vitest/node'
import { givenDatabaseUrl } from './config.ts'
import { serverOnDemand } from './server-on-demand.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the URL of the Postgres of this run. */
    readonly postgresDoor: string
    /** Part of every name made in this run: two runs may share a server. */
    readonly runId: string
  }
}

/** One Postgres for the whole run, started when the first test asks for it. Returns the teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serverOnDemand(givenDatabaseUrl())
  project.provide('postgresDoor', server.door)
  project.provide('runId', server.runId)
  return server.stop
}
