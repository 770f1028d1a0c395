import { randomBytes } from 'node:crypto'
import { findTool } from '@draupnir/stack'
import type { RunningSystem } from '@draupnir/stack/system'
import { nextLongMonth, nextMidnight, type Platform, platformOf } from './api.ts'
import { assembleCast } from './cast.ts'
import { runHurl } from './hurl.ts'

export type Print = (line: string) => void

export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Runs files one after another, for they share one clock; each has a marketplace of its own and a stranger's key. */
export async function runFiles(system: RunningSystem, paths: readonly string[], print: Print): Promise<Tally> {
  const hurl = await findTool('hurl', { print })
  const platform = platformOf(system)
  let failed = 0
  for (const path of paths) {
    const began = performance.now()
    const { ok, output } = await runHurl(hurl, path, await variablesOf(system, platform, path))
    await platform.removeFaults()
    print(`${ok ? 'ok    ' : 'FAILED'} ${path} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
    if (ok) continue
    failed += 1
    print(output.trimEnd())
  }
  return { passed: paths.length - failed, failed }
}

async function variablesOf(system: RunningSystem, platform: Platform, path: string): Promise<Record<string, string>> {
  const now = await nextMidnight(platform)
  const [own, other] = [await platform.createTenant(path.slice(-100)), await platform.createTenant('a stranger')]
  return {
    base: system.gatewayUrl,
    platform_key: system.apiKey,
    key: own.token,
    other_key: other.token,
    run: randomBytes(6).toString('hex'),
    now,
    month: nextLongMonth(now),
    modern_treasury: system.urls['sandbox-modern-treasury'] ?? '',
    sandbox_secret: system.sandboxControlSecret,
    ...(await assembleCast(platform, own)),
  }
}
