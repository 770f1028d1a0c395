import { REFUSALS, type RefusalCode, type RefusalRule } from './refusals.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
export type RefusalContext = Readonly<Record<string, JsonValue>>

/** A rule said no. Safe to show to the caller: code, title and context are public. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly context: RefusalContext

  constructor(code: RefusalCode, context: RefusalContext = {}, detail?: string) {
    super(detail ?? REFUSALS[code].title)
    this.code = code
    this.context = context
  }

  get rule(): RefusalRule {
    return REFUSALS[this.code]
  }
}

/** Something outside failed in a way that may pass: try again, after `retryAfterMs` when given. */
export class Transient extends Error {
  override readonly name = 'Transient'
  readonly code: string
  readonly retryAfterMs: number | null

  constructor(code: string, detail: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(detail, { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** A broken assumption of ours. Never shown outside; the unit of work is abandoned. */
export class Defect extends Error {
  override readonly name = 'Defect'
}

/** Throws a `Refusal`; `detail` replaces the title of the table where the caller needs more. */
export function refuse(code: RefusalCode, context: RefusalContext = {}, detail?: string): never {
  throw new Refusal(code, context, detail)
}

/** Throws a `Defect` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Defect(message)
}

/** The value, or a `Defect` when it is null or undefined. */
export function required<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new Defect(message)
  return value
}

/** Compile-time exhaustiveness; throws a `Defect` if reached. */
export function unreachable(value: never): never {
  throw new Defect(`unreachable: ${JSON.stringify(value)}`)
}
