import { randomUUID } from 'node:crypto'
import { deriveId } from '@draupnir/ids'

const SANE = /^[A-Za-z0-9_.:-]{8,128}$/

/** The caller's `x-request-id` when it is sane, else a new one. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && SANE.test(header) ? header : deriveId('request', randomUUID())
}
