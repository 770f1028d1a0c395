import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../source.ts'

export interface HurlRun {
  readonly ok: boolean
  /** What hurl has to say about a failure. */
  readonly output: string
}

/** Every file below `hurl/` by its path from the root: the services first, then the journeys. */
export function hurlFiles(): string[] {
  const folder = join(ROOT, 'hurl')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.hurl'))
    .map((path) => relative(ROOT, join(folder, path)))
    .sort((a, b) => Number(isJourney(a)) - Number(isJourney(b)) || a.localeCompare(b))
}

/** Runs one file. Variables are strings, whatever they look like. */
export function runHurl(hurl: string, path: string, variables: Readonly<Record<string, string>>): Promise<HurlRun> {
  const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`])
  const child = spawn(hurl, ['--test', '--no-color', '--error-format', 'long', ...given, path], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ ok: false, output: message }))
    child.on('close', (code) => resolve({ ok: code === 0, output }))
  })
}

function isJourney(path: string): boolean {
  return path.startsWith(join('hurl', 'journeys'))
}
