import { required } from '@draupnir/errors'
import { nextId } from '@draupnir/testing'
import { DAY_MS } from '@draupnir/time'
import { expect, it } from 'vitest'
import { books, collect, freshContext, ledgerDatabase, paidInvoice, START } from '../service.fixture.ts'
import { timers } from '../timers.ts'
import { settlePayment } from './settle-payment.ts'

const { db } = await ledgerDatabase()

it('releases a leg with what its timer was given', async () => {
  const ctx = freshContext(db)
  const seller = nextId('party')
  const invoice = paidInvoice([[seller, 100]])
  const collectionId = await collect(ctx, invoice)
  await settlePayment(ctx, { invoice, collectionId, cause: 'paid', paidAt: START })
  const [stored] = await db.sql<{ kind: string; data: unknown; holds_clock: boolean }[]>`
    select kind, data, holds_clock from timers where tenant_id = ${ctx.tenant}`
  const { kind, data, holds_clock } = required(stored, 'a timer is set')
  const timer = required(
    timers.find((it) => it.kind === kind),
    'somebody runs it',
  )
  if (timer.type !== 'timer') throw new Error('a leg matures by a timer')
  expect(holds_clock).toBe(true)
  ctx.clock.advance(2 * DAY_MS)
  await timer.run(ctx, data)
  expect(await books(ctx)).toMatchObject({ [`${seller}:available:USD`]: 90n })
})
