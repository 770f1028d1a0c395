import { type Instant, latest } from '@draupnir/time'
import { addBankingDays, bankDate, bankTime, isBankingDay, nextMinute, previousBankingDay } from './banking-day.ts'

/** ACH settles when the Federal Reserve opens; same-day ACH at its last window. */
const SETTLEMENT_TIME = '08:30'
const SAME_DAY_CUTOFF = '16:45'
const SAME_DAY_SETTLEMENT = '18:00'
const RETURN_BANKING_DAYS = 2

export interface Order {
  readonly type: string
  readonly priority: 'high' | 'normal'
  readonly effective_date: string
  readonly process_after: Instant | null
}

/** Wire, RTP and book move at once; everything else goes out in a file. */
export function isImmediate(type: string): boolean {
  return type === 'wire' || type === 'rtp' || type === 'book'
}

/** When the bank takes an approved order: the next minute, never before `process_after` or the day before its effective date. */
export function processingAt(order: Order, now: Instant): Instant {
  const earliest = latest(now, order.process_after ?? now)
  const effective = addBankingDays(order.effective_date, 0)
  if (isImmediate(order.type)) return latest(earliest, bankTime(effective, '00:00'))
  const due = latest(nextMinute(now), earliest)
  return effective <= addBankingDays(bankDate(due), 1)
    ? due
    : latest(due, bankTime(previousBankingDay(effective), '00:00'))
}

/** When an order that was sent at `sentAt` is executed and posted: one banking day later, or the same day if it is urgent. */
export function settlementAt(order: Order, sentAt: Instant): Instant {
  if (isImmediate(order.type)) return sentAt
  const today = bankDate(sentAt)
  const sameDay = order.priority === 'high' && isBankingDay(today) && sentAt < bankTime(today, SAME_DAY_CUTOFF)
  if (sameDay && order.effective_date <= today) return bankTime(today, SAME_DAY_SETTLEMENT)
  const next = addBankingDays(today, 1)
  const effective = addBankingDays(order.effective_date, 0)
  return bankTime(effective > next ? effective : next, SETTLEMENT_TIME)
}

/** When the other bank's return arrives: two banking days after the entry was posted. */
export function returnAt(completedAt: Instant): Instant {
  return bankTime(addBankingDays(bankDate(completedAt), RETURN_BANKING_DAYS), SETTLEMENT_TIME)
}

/** The date an order takes effect when none is asked for. */
export function defaultEffectiveDate(type: string, now: Instant): string {
  const today = bankDate(now)
  return isImmediate(type) ? today : addBankingDays(today, 0)
}
