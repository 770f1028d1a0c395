import type { Unit } from '../api/unit.ts'
import { addDays, bankTime } from '../calendar/banking-day.ts'
import { publish } from '../event/publish.ts'
import { find } from '../store/resource.ts'
import { later, never } from '../work/kinds.ts'
import type { ExpectedPayment } from './expected-payment.ts'

/** Six in the morning in San Francisco, the day after the last date the payment was expected. */
const OVERDUE_TIME = '09:00'

/** Sets the reminder of an expectation that has a last date, or takes it off. */
export async function watch(unit: Unit, payment: ExpectedPayment): Promise<void> {
  if (payment.date_upper_bound === null || payment.status !== 'unreconciled') {
    return never(unit, 'expected_payment.overdue', payment.id)
  }
  await later(
    unit,
    'expected_payment.overdue',
    payment.id,
    bankTime(addDays(payment.date_upper_bound, 1), OVERDUE_TIME),
  )
}

export async function remindOfExpectedPayment(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'expected_payment', id)
  if (found?.body.status === 'unreconciled') await publish(unit, 'expected_payment', 'overdue', found.body)
}
