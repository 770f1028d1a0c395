import { journeysStep } from './run/journeys-step.ts'
import { staticSteps } from './run/static-steps.ts'
import { type Outcome, type Step, sum } from './run/step.ts'
import { vitestStep } from './run/vitest-step.ts'

// `npm test`: everything that must hold; `-- static`, `-- tests` or `-- journeys` runs one part.
const parts: Readonly<Record<string, () => Promise<Outcome>>> = {
  static: () => together(staticSteps()),
  tests: () => report(vitestStep),
  journeys: () => report(journeysStep),
}
const asked = process.argv.slice(2).filter((name) => name in parts)
const outcomes: Outcome[] = []
for (const name of asked.length === 0 ? Object.keys(parts) : asked) outcomes.push((await parts[name]?.()) ?? sum([]))
const { passed, failed, skipped } = sum(outcomes)
console.log(`\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
process.exit(failed === 0 ? 0 : 1)

async function together(steps: readonly Step[]): Promise<Outcome> {
  return sum(await Promise.all(steps.map(report)))
}

async function report(step: Step): Promise<Outcome> {
  const began = performance.now()
  const lines: string[] = []
  const live = step.name === 'journeys' ? (text: string) => console.log(text) : (text: string) => void lines.push(text)
  const outcome = await step.run(live).catch((error: unknown) => {
    lines.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return { passed: 0, failed: 1, skipped: 0 }
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${outcome.failed === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`)
  for (const line of lines) console.log(line)
  return outcome
}
