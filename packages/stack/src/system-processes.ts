import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, type Facts } from './environment.ts'
import { StackFailure } from './failure.ts'
import type { Lock } from './lock.ts'
import { repositoryRoot } from './paths.ts'
import { type ProcessSpec, type Supervised, supervise } from './supervisor.ts'
import type { SystemOptions } from './system.ts'
import { seconds } from './system-servers.ts'
import { HEALTH_PATH, type ProcessDeclaration } from './topology.ts'

// Stripping types and compiling is a fifth of what a process does to start.
const NODE_COMPILE_CACHE = join(repositoryRoot, 'node_modules', '.cache', 'node')

/** What was started so far, each with what ends it. */
export type Undo = (() => Promise<unknown>)[]

/** Starts every process and waits until all are ready. */
export async function startProcesses(
  options: SystemOptions,
  dataDir: string,
  facts: Facts,
  lock: Lock,
  undo: Undo,
  otherPids: () => number[],
  print: (line: string) => void,
): Promise<Map<string, Supervised>> {
  const began = performance.now()
  const processes = new Map<string, Supervised>()
  const record = () => lock.record([...[...processes.values()].map(({ pid }) => pid), ...otherPids()].filter(Boolean))
  const specs = facts.started.map((declaration) => specOf(declaration, facts, dataDir, options))
  undo.push(() => stopProcesses(facts.started, processes))
  for (const spec of specs) processes.set(spec.name, await supervise(spec, { print, onChange: record }))
  const ready = Promise.all([...processes.values()].map((each) => each.firstReady()))
  await Promise.race([ready, ...(options.signal === undefined ? [] : [aborted(options.signal)])])
  print(`${specs.length} processes are ready (${seconds(began)})`)
  return processes
}

function specOf(
  declaration: ProcessDeclaration,
  facts: Facts,
  dataDir: string,
  { env = {} }: SystemOptions,
): ProcessSpec {
  const entry = join(repositoryRoot, declaration.folder, 'src', 'main.ts')
  if (!existsSync(entry)) throw new StackFailure(`${entry} is missing: this checkout is incomplete`)
  return {
    name: declaration.name,
    command: process.execPath,
    args: [entry],
    cwd: repositoryRoot,
    env: { NODE_COMPILE_CACHE, ...environmentOf(declaration, facts), ...env['*'], ...env[declaration.name] },
    logFile: join(dataDir, 'logs', `${declaration.name}.log`),
    readyUrl: `${facts.url(declaration.name)}${HEALTH_PATH}`,
  }
}

/** The gateway first, so that nothing new comes in; the services together; what they lean on last. */
export async function stopProcesses(
  started: readonly ProcessDeclaration[],
  processes: ReadonlyMap<string, Supervised>,
): Promise<void> {
  const waves = [
    ['gateway'],
    started.filter(({ kind, name }) => kind === 'service' && name !== 'gateway').map(({ name }) => name),
    started.filter(({ kind }) => kind === 'sandbox').map(({ name }) => name),
  ]
  for (const names of waves) await Promise.all(names.map((name) => processes.get(name)?.stop()))
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}
