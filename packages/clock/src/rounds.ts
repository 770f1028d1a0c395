import { isDeepStrictEqual } from 'node:util'
import { earliest, type Instant } from '@draupnir/time'

/** The answer of `GET /internal/activity`. */
export interface ActivityReport {
  readonly name: string
  /** Grows with every message, request, timer and webhook the process handles. */
  readonly counter: number
  readonly busy: readonly { readonly what: string; readonly count: number }[]
  /** The next moment at which an advancing clock must stop. */
  readonly next_due_at: Instant | null
}

/** What keeps a process from being quiet. */
export interface Waiting {
  readonly name: string
  readonly what: string
  readonly count: number
}

export interface Round {
  readonly counters: Readonly<Record<string, number>>
  readonly waiting: readonly Waiting[]
  readonly nextDueAt: Instant | null
}

export interface Named {
  readonly name: string
  readonly url: string
}

export type FetchActivity<P extends Named> = (participant: P, signal: AbortSignal) => Promise<ActivityReport>

/** Asks every participant at once; who does not answer is not quiet. */
export async function askRound<P extends Named>(
  participants: readonly P[],
  fetchActivity: FetchActivity<P>,
  timeoutMs: number,
): Promise<Round> {
  const answers = await Promise.all(participants.map((participant) => ask(participant, fetchActivity, timeoutMs)))
  const due = answers.flatMap(({ report }) => (report?.next_due_at ? [report.next_due_at] : []))
  const [first, ...rest] = due
  return {
    counters: Object.fromEntries(answers.map(({ key, report }) => [key, report?.counter ?? -1])),
    waiting: answers.flatMap(({ waiting }) => waiting),
    nextDueAt: first === undefined ? null : earliest(first, ...rest),
  }
}

/** Two rounds in a row that saw nothing busy and nothing handled in between: nothing can be on its way. */
export function isQuiet(before: Round | null, now: Round): boolean {
  return before !== null && silent(before) && silent(now) && isDeepStrictEqual(before.counters, now.counters)
}

function silent(round: Round): boolean {
  return round.waiting.length === 0
}

interface Answer {
  readonly key: string
  readonly report: ActivityReport | null
  readonly waiting: readonly Waiting[]
}

async function ask<P extends Named>(
  participant: P,
  fetchActivity: FetchActivity<P>,
  timeoutMs: number,
): Promise<Answer> {
  const { name, url } = participant
  const key = `${name} ${url}`
  try {
    const report = await fetchActivity(participant, AbortSignal.timeout(timeoutMs))
    return { key, report, waiting: report.busy.map(({ what, count }) => ({ name, what, count })) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { key, report: null, waiting: [{ name, what: `unreachable: ${reason}`.slice(0, 200), count: 1 }] }
  }
}
