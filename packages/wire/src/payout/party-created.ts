import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { partySchema } from './payout.ts'

export const PartyCreated = defineEvent({
  type: 'payout.party.created',
  version: 1,
  aggregate: 'party',
  summary: 'A party is known; its onboarding has begun.',
  data: z.object({ party: partySchema }),
  aggregateId: (data) => data.party.id,
})
