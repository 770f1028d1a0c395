import { Transient } from '@draupnir/errors'
import postgres from 'postgres'

/** Whether `error` is a violation of a unique constraint (of that name, when one is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const cause = rootCause(error)
  return (
    cause instanceof postgres.PostgresError &&
    cause.code === '23505' &&
    (constraint === undefined || cause.constraint_name === constraint)
  )
}

const PASSING_STATES = new Set(['40001', '40P01', '55P03', '53300', '57P01', '57P02', '57P03', '25P03'])
const PASSING_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
])

/** Whether `error` is Postgres failing in a way that may pass: lost connection, deadlock, serialization, shutdown. */
export function isPassingFailure(error: unknown): boolean {
  if (error instanceof Transient) return true
  const cause = rootCause(error)
  if (cause instanceof postgres.PostgresError) return PASSING_STATES.has(cause.code)
  return cause instanceof Error && 'code' in cause && PASSING_CODES.has(String(cause.code))
}

/** Whether Postgres ended this transaction because it and others waited for one another. */
export function isDeadlock(error: unknown): boolean {
  const cause = rootCause(error)
  return cause instanceof postgres.PostgresError && cause.code === '40P01'
}

// Drizzle wraps what the driver throws.
function rootCause(error: unknown): unknown {
  let current = error
  while (current instanceof Error && !(current instanceof postgres.PostgresError) && current.cause instanceof Error)
    current = current.cause
  return current
}
