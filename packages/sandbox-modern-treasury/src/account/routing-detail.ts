import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { paymentType } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { BANK_NAME, BANK_ROUTING_NUMBER } from '../connection/connection.ts'

// biome-ignore format: one word a line would be a page
const ROUTING_TYPES = [
  'aba', 'au_bsb', 'br_codigo', 'ca_cpa', 'chips', 'cnaps', 'dk_interbank_clearing_code', 'gb_sort_code',
  'hk_interbank_clearing_code', 'hu_interbank_clearing_code', 'id_sknbi_code', 'il_bank_code', 'in_ifsc',
  'jp_zengin_code', 'mx_bank_identifier', 'my_branch_code', 'nz_national_clearing_code', 'pl_national_clearing_code',
  'se_bankgiro_clearing_code', 'sg_interbank_clearing_code', 'swift', 'za_national_clearing_code',
] as const

const ABA_WEIGHTS = [3, 7, 1]

export const RoutingDetailInput = z
  .looseObject({
    routing_number: z.string().min(1).max(34),
    routing_number_type: z.enum(ROUTING_TYPES),
    payment_type: paymentType.nullish(),
  })
  .refine((input) => input.routing_number_type !== 'aba' || isAba(input.routing_number), {
    path: ['routing_number'],
    message: 'is not a valid ABA routing number',
  })
export type RoutingDetailInput = z.infer<typeof RoutingDetailInput>

export function routingDetail(unit: Unit, input: RoutingDetailInput): ModernTreasury.RoutingDetail {
  return {
    ...base(unit, 'routing_detail'),
    discarded_at: null,
    routing_number: input.routing_number,
    routing_number_type: input.routing_number_type,
    payment_type: input.payment_type ?? null,
    bank_name: input.routing_number === BANK_ROUTING_NUMBER ? BANK_NAME : 'IRON BANK',
    bank_address: null,
  }
}

/** Nine digits whose weighted sum (3, 7, 1) ends in zero. */
export function isAba(number: string): boolean {
  if (!/^\d{9}$/.test(number)) return false
  const sum = [...number].reduce((total, digit, at) => total + Number(digit) * (ABA_WEIGHTS[at % 3] ?? 0), 0)
  return sum > 0 && sum % 10 === 0
}
