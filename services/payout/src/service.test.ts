import { SUBSCRIPTIONS } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { handlers } from './consumers.ts'
import { payout } from './service.ts'

it('handles exactly the events that are meant for it', () => {
  expect(payout.name).toBe('payout')
  const types = (events: readonly { type: string }[]) => events.map((event) => event.type).sort()
  expect(types(handlers.map((handler) => handler.event))).toEqual(types(SUBSCRIPTIONS.payout))
})
