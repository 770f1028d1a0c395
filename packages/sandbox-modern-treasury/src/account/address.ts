import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { base, type Unit } from '../api/unit.ts'

const line = z.string().nullish()

export const AddressInput = z.looseObject({
  line1: line,
  line2: line,
  locality: line,
  region: line,
  postal_code: line,
  country: line,
})
export type AddressInput = z.infer<typeof AddressInput>

export function address(unit: Unit, input: AddressInput | undefined): ModernTreasury.Address | null {
  return input === undefined ? null : { ...base(unit, 'address'), ...addressLines(input) }
}

/** The lines of an address, each a text or null. */
export function addressLines(input: AddressInput) {
  return {
    line1: input.line1 ?? null,
    line2: input.line2 ?? null,
    locality: input.locality ?? null,
    region: input.region ?? null,
    postal_code: input.postal_code ?? null,
    country: input.country ?? null,
  }
}
