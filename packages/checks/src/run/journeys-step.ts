import { runJourneys } from '../journeys/run-journeys.ts'
import type { Step } from './step.ts'

/** The hurl journeys, the files of each service, and the fuzz, against the whole system. */
export const journeysStep: Step = {
  name: 'journeys',
  run: async (print) => ({ skipped: 0, ...(await runJourneys(print)) }),
}
