import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { base, type Unit } from '../api/unit.ts'

export const ContactDetailInput = z.looseObject({
  contact_identifier: z.string().min(1),
  contact_identifier_type: z.enum(['email', 'phone_number', 'website']),
})
export type ContactDetailInput = z.infer<typeof ContactDetailInput>

export function contactDetail(unit: Unit, input: ContactDetailInput): ModernTreasury.ContactDetail {
  return {
    ...base(unit, 'contact_detail'),
    discarded_at: null,
    contact_identifier: input.contact_identifier,
    contact_identifier_type: input.contact_identifier_type,
  }
}
