import { parseArgs } from 'node:util'
import { StackFailure } from '@draupnir/stack'
import { findRunningSystem } from '@draupnir/stack/system'
import { runFuzz } from '../fuzz/run-fuzz.ts'
import { hurlFiles } from './hurl.ts'
import { runFiles, type Tally } from './run-files.ts'
import { checkBooks, runJourneys, withFreshSystem } from './run-journeys.ts'

// `main.ts [--data FOLDER] [--fuzz] [FILE…]`: all of it, or some files or the fuzz, on a fresh system or a running one.
const { values, positionals } = parseArgs({
  options: { data: { type: 'string' }, fuzz: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const print = (line: string): void => console.log(line)
const { passed, failed } = await run()
print(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

async function run(): Promise<Tally> {
  if (values.data === undefined) {
    if (positionals.length === 0 && !values.fuzz) return runJourneys(print)
    return withFreshSystem(print, some)
  }
  const system = findRunningSystem(values.data)
  if (system === undefined) throw new StackFailure(`Draupnir is not running on ${values.data}`)
  return some(system)
}

async function some(system: Parameters<typeof runFiles>[0]): Promise<Tally> {
  if (values.fuzz) return runFuzz(system, print)
  const tally = await runFiles(system, positionals.length === 0 ? hurlFiles() : positionals, print)
  const books = await checkBooks(system, print)
  return { passed: tally.passed + books.passed, failed: tally.failed + books.failed }
}
