import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { partySchema } from './payout.ts'

export const PartyOnboarded = defineEvent({
  type: 'payout.party.onboarded',
  version: 1,
  aggregate: 'party',
  summary: 'The bank partner accepted a party.',
  data: z.object({ party: partySchema }),
  aggregateId: (data) => data.party.id,
})
