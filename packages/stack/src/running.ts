import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NatsLogin } from '@draupnir/bus'
import { lockOwner } from './lock.ts'
import { repositoryRoot } from './paths.ts'

/** Where a checkout keeps its data unless told otherwise. */
export const defaultDataDir = join(repositoryRoot, '.data')

/** What another process of this checkout needs to reach the running system. */
export interface RunningSystem {
  readonly gatewayUrl: string
  readonly apiKey: string
  /** Base URL of every process by name. */
  readonly urls: Readonly<Record<string, string>>
  /** A role that may read every schema; database `draupnir`. */
  readonly databaseUrl: string
  /** Databases of the provider sandboxes by process name. */
  readonly sandboxDatabaseUrls: Readonly<Record<string, string>>
  readonly natsUrl: string
  /** May inspect streams and durables. */
  readonly natsLogin: NatsLogin | null
  readonly sandboxControlSecret: string
}

/** The system running on `dataDir`, or undefined when there is none. */
export function findRunningSystem(dataDir = defaultDataDir): RunningSystem | undefined {
  const file = fileOf(dataDir)
  if (lockOwner(dataDir) === undefined || !existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function announceRunningSystem(dataDir: string, system: RunningSystem): void {
  writeFileSync(fileOf(dataDir), `${JSON.stringify(system, null, 2)}\n`, { mode: 0o600 })
}

export function withdrawRunningSystem(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true })
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'system.json')
}
