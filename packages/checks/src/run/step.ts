import { spawn } from 'node:child_process'
import { ROOT } from '../source.ts'

export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface Step {
  readonly name: string
  readonly run: (print: Print) => Promise<Outcome>
}

export type Print = (text: string) => void

export const PASSED: Outcome = { passed: 1, failed: 0, skipped: 0 }
export const FAILED: Outcome = { passed: 0, failed: 1, skipped: 0 }

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** Runs a command in the root; its output is shown when it fails. */
export function command(name: string, file: string, args: readonly string[]): Step {
  return {
    name,
    run: async (print) => {
      const { code, output } = await execute(file, args)
      if (code === 0) return PASSED
      print(output)
      return FAILED
    },
  }
}

/** A step that finds what is wrong, a line each; one check, however many lines. */
export function finding(name: string, find: () => readonly string[]): Step {
  return {
    name,
    run: async (print) => {
      const wrong = find()
      for (const line of wrong) print(line)
      return wrong.length === 0 ? PASSED : FAILED
    },
  }
}

/** Exit code and everything a command printed; `live` also passes it on at once. */
export function execute(
  file: string,
  args: readonly string[],
  live = false,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (live) process.stdout.write(chunk)
      })
    }
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
