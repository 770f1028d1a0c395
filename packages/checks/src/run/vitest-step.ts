import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, FAILED, type Outcome, type Step } from './step.ts'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
}

/** Unit, property, database, broker, consumer, conformance and process tests. */
export const vitestStep: Step = {
  name: 'tests',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'draupnir-test-'))
    const report = join(folder, 'report.json')
    try {
      const args = ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
      const { code } = await execute('vitest', args, true)
      return outcomeOf(report, code)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function outcomeOf(file: string, code: number): Outcome {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return FAILED
  }
  // A file that does not load fails no test, and an unhandled error fails none either; both fail the run.
  const unseen = code !== 0 && report.numFailedTests === 0 ? 1 : 0
  return { passed: report.numPassedTests, failed: report.numFailedTests + unseen, skipped: report.numPendingTests }
}
