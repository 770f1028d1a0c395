import { SUBSCRIPTIONS } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { handlers } from './consumers.ts'
import { ledger } from './service.ts'

it('handles exactly the events that are meant for it', () => {
  expect(ledger.name).toBe('ledger')
  const types = (events: readonly { type: string }[]) => events.map((event) => event.type).sort()
  expect(types(handlers.map((handler) => handler.event))).toEqual(types(SUBSCRIPTIONS.ledger))
})
