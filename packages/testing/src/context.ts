import type { Context, Db, Log, Trace } from '@draupnir/db'
import { type Id, type IdKind, PREFIXES, parseId } from '@draupnir/ids'
import { addMs, type Instant, instant } from '@draupnir/time'

/** A clock moved by hand. */
export interface TestClock {
  readonly now: () => Instant
  readonly read: () => Promise<Instant>
  readonly set: (to: Instant) => void
  readonly advance: (ms: number) => void
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function testClock(start: Instant = instant('2026-01-01T00:00:00Z')): TestClock {
  let now = start
  return {
    now: () => now,
    read: async () => now,
    set: (to) => {
      now = to
    },
    advance: (ms) => {
      now = addMs(now, ms)
    },
  }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
let made = 0

/** The next id of this test file: `ctr_0000000000000000000000001`, `ctr_…2`, sorted like real ones. */
export function nextId<K extends IdKind>(kind: K): Id<K> {
  made += 1
  let body = ''
  for (let rest = made; rest > 0; rest = Math.floor(rest / 32)) body = `${ALPHABET[rest % 32]}${body}`
  return parseId(kind, `${PREFIXES[kind]}_${body.padStart(26, '0')}`)
}

export interface LogEntry {
  readonly level: keyof Log
  readonly message: string
  readonly fields: object
}

/** A log that keeps its entries for the test to read. */
export function testLog(): Log & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = []
  const write = (level: keyof Log) => (fields: object, message: string) => void entries.push({ level, message, fields })
  return { entries, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

export interface TestContextOptions {
  readonly now?: Instant
  /** Shared by several contexts, or moved by the test; `now` starts one of its own. */
  readonly clock?: TestClock
  readonly tenant?: Id<'tenant'>
  readonly actor?: string
  readonly trace?: Partial<Trace>
  readonly log?: Log
}

/** A unit of work whose time the test moves (`ctx.clock`) and whose ids count up. */
export function testContext(db: Db, options: TestContextOptions = {}): Context & { readonly clock: TestClock } {
  const clock = options.clock ?? testClock(options.now)
  return {
    db,
    clock,
    now: clock.now,
    newId: nextId,
    actor: options.actor ?? 'key_test',
    tenant: options.tenant ?? TEST_TENANT,
    trace: { correlationId: 'test', causationId: null, traceparent: null, ...options.trace },
    log: options.log ?? testLog(),
  }
}

/** The tenant of contexts that name none. */
export const TEST_TENANT = parseId('tenant', `ten_${'0'.repeat(22)}test`)
