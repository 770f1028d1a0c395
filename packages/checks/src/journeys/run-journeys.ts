import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSystem, startSystem } from '@draupnir/stack/system'
import { verifySystem } from '@draupnir/stack/verify'
import { runFuzz } from '../fuzz/run-fuzz.ts'
import { platformOf } from './api.ts'
import { hurlFiles } from './hurl.ts'
import { type Print, runFiles, type Tally } from './run-files.ts'

/** Every hurl file, the fuzz, and what must hold afterwards, against a system of its own that is gone at the end. */
export async function runJourneys(print: Print): Promise<Tally> {
  return withFreshSystem(print, async (system) => {
    const files = await runFiles(system, hurlFiles(), print)
    const afterFiles = await checkBooks(system, print)
    const fuzz = await runFuzz(system, print)
    return add(files, afterFiles, fuzz, await checkBooks(system, print))
  })
}

/** Waits until all is quiet, then holds every invariant of the system against its data. */
export async function checkBooks(system: RunningSystem, print: Print): Promise<Tally> {
  await platformOf(system).advance({ by: 'PT0S' })
  const checks = await verifySystem(system)
  const wrong = checks.filter(({ ok }) => !ok)
  for (const { name, findings } of wrong) {
    print(`FAILED ${name}`)
    for (const { row, detail } of findings) print(`       ${row}: ${detail}`)
  }
  if (wrong.length === 0) print(`ok     all ${checks.length} invariants hold`)
  return wrong.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** Starts a system in a temporary folder and leaves nothing of it behind. */
export async function withFreshSystem<T>(print: Print, work: (system: RunningSystem) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'draupnir-journeys-'))
  const began = performance.now()
  try {
    const system = await startSystem({ dataDir, fresh: true })
    print(`ok     the system is up (${((performance.now() - began) / 1000).toFixed(1)} s)`)
    try {
      return await work(system)
    } finally {
      await system.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function add(...tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }))
}
