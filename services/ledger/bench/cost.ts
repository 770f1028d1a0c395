import { readdirSync, readFileSync } from 'node:fs'
import type { BenchDatabase } from './database.ts'

/** What was spent so far: CPU of this process, CPU of Postgres with all its processes, bytes of its log. */
export interface Spent {
  readonly nodeUs: number
  readonly postgresUs: number
  readonly walBytes: number
}

// Linux counts in ticks of a hundredth of a second.
const TICK_US = 10_000

export async function spent({ owner, postmaster }: BenchDatabase): Promise<Spent> {
  const { user, system } = process.cpuUsage()
  const [row] = await owner.sql<{ bytes: number }[]>`
    select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as bytes`
  return { nodeUs: user + system, postgresUs: ticksOf(postmaster) * TICK_US, walBytes: row?.bytes ?? 0 }
}

/** Of each transaction between two readings: microseconds of both, and bytes. */
export function perTransaction(before: Spent, after: Spent, transactions: number) {
  const each = (pick: (spent: Spent) => number) => Math.round(((pick(after) - pick(before)) / transactions) * 10) / 10
  return {
    node_us: each((it) => it.nodeUs),
    postgres_us: each((it) => it.postgresUs),
    wal_bytes: each((it) => it.walBytes),
  }
}

/** What the CPUs of this machine have done since it began, and what of it the host took for others, in hundredths of a second. */
export function ticks(): { readonly all: number; readonly taken: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, hard = 0, soft = 0, taken = 0] = line
    .split(/ +/)
    .slice(1)
    .map(Number)
  return { all: user + nice + system + idle + wait + hard + soft + taken, taken }
}

/** When the kernel writes what was written to files: while it does, commits wait for the disk. */
export function kernelSettings(): string[] {
  const names = ['dirty_background_bytes', 'dirty_expire_centisecs', 'dirty_writeback_centisecs']
  return names.map((name) => `vm.${name}=${readFileSync(`/proc/sys/vm/${name}`, 'utf8').trim()}`)
}

function ticksOf(postmaster: number): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, pid) => sum + ownTicks(pid, postmaster), 0)
}

function ownTicks(pid: string, postmaster: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
    return parent === postmaster ? (user ?? 0) + (system ?? 0) : 0
  } catch {
    // It ended between the two calls.
    return 0
  }
}
