import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'
import { commandLine } from './process-table.ts'

/** Ends the Postgres that a killed launcher left on this cluster, and the pid file of one that is no more. */
export async function endLeftoverPostmaster(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!serves(pid, cluster)) {
    // The number may since belong to another Postgres, which would make this one refuse to start.
    rmSync(file, { force: true })
    return
  }
  process.kill(pid, 'SIGINT')
  const gone = await poll(() => (serves(pid, cluster) ? undefined : true), 15_000)
  if (!gone)
    throw new StackFailure(`An earlier Postgres (process ${pid}) does not stop: end it with \`kill -QUIT ${pid}\``)
}

function serves(pid: number, cluster: string): boolean {
  return Number.isInteger(pid) && pid > 1 && (commandLine(pid) ?? '').includes(`-D ${cluster} `)
}
