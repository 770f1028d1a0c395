import { tuneCollector } from './collector.ts'
import { processEnvironment } from './config.ts'
import type { ServiceDefinition } from './definition.ts'
import { StartFailure } from './failure.ts'
import { type Running, startService } from './start-service.ts'

const FORCE_MS = 10_000

/** The whole of a service's process: starts it, stops it when told, and ends with the right exit code. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  tuneCollector()
  const env = processEnvironment()
  const { name } = definition
  let running: Running | undefined
  let asked = false
  const stop = (why: string) => {
    if (asked) end(name, 1, `${why} again: stopped at once`)
    asked = true
    setTimeout(() => end(name, 1, `did not stop within ${FORCE_MS / 1000} s`), FORCE_MS).unref()
    if (running === undefined) end(name, 0, null)
    running?.stop().then(
      () => end(name, 0, null),
      (error: unknown) => end(name, 1, `stopping failed: ${oneLine(error)}`),
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))
  if (env.LAUNCHER_PIPE === 'stdin') watchLauncher(() => stop('end of the launcher'))
  try {
    running = await startService(definition, { env })
  } catch (error) {
    end(name, 1, `cannot start: ${error instanceof StartFailure ? error.message : oneLine(error)}`)
  }
  process.on('unhandledRejection', (error) => fatal(running, name, error))
  process.on('uncaughtException', (error) => fatal(running, name, error))
}

/** The launcher holds the other end of our standard input: its end, however it comes, is the launcher's. */
function watchLauncher(gone: () => void): void {
  process.stdin.once('end', gone).once('error', gone).resume()
}

// A defect outside any unit of work: state in memory is not to be trusted, everything else is in Postgres.
function fatal(running: Running | undefined, name: string, error: unknown): void {
  running?.log.fatal({ err: error }, 'defect outside of any unit of work')
  running?.log.flush()
  end(name, 1, `crashed: ${oneLine(error)}`)
}

function end(name: string, code: number, line: string | null): never {
  if (line !== null) process.stderr.write(`${name}: ${line}\n`)
  process.exit(code)
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .replaceAll(/\s+/g, ' ')
    .slice(0, 500)
}
