import { cancel, schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { type Instant, latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Head } from './contract.store.ts'
import { noticeAt } from './life-rules.ts'
import { type Edit, effectOf } from './operation.ts'

/** Fires when an edit recorded for later begins. */
export const CONTRACT_BEGIN = 'contract.begin'
/** Fires at the notice date of a term. */
export const CONTRACT_NOTICE = 'contract.notice'

/** Sets the timers of what comes next: the next edit that begins, and the notice of the running term. */
export async function scheduleAhead(
  ctx: Context,
  before: Head | null,
  head: Head,
  ahead: readonly Edit[],
): Promise<void> {
  if (before?.nextEffectAt !== head.nextEffectAt) await arm(ctx, CONTRACT_BEGIN, head, head.nextEffectAt)
  if (head.state.term_ends_at === null && before?.state.term_ends_at == null) return
  const due = dueNotice(head.state, ahead, head.foldedAt)
  // As it is set already: most edits change nothing about the term.
  const lay = before === null || before.nextEffectAt !== null || ahead.length > 0
  if (!lay && dueNotice(before.state, [], before.foldedAt) === due) return
  await arm(ctx, CONTRACT_NOTICE, head, due)
}

/** When the running term asks for a decision, also one that is over and was not asked in time; null when there is none to make. */
export function dueNotice(state: ContractState, ahead: readonly Edit[], now: Instant): Instant | null {
  const at = noticeAt(state)
  const decided = ahead.some((edit) => effectOf(edit)?.operation === 'renew')
  if (at === null || decided || (state.ends_at !== null && state.ends_at <= (state.term_ends_at ?? state.ends_at)))
    return null
  return latest(at, now)
}

async function arm(ctx: Context, kind: string, { state }: Head, dueAt: Instant | null): Promise<void> {
  if (dueAt === null) await cancel(ctx, { kind, key: state.id })
  else await schedule(ctx, { kind, key: state.id, dueAt, data: { contract_id: state.id } })
}
