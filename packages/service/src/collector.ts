import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from putting new objects into its old space. It does so for good with what is made at one place in the code
 * once nearly all of it outlived a minor collection, and with requests under way that is soon the case by chance; such an
 * object, though nobody needs it any more, keeps whatever it refers to until a major collection, which holds every
 * request up. For a process as a whole, before it does anything else (ADR 0023).
 */
export function tuneCollector(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
