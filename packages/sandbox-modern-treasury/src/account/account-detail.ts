import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { base, type Unit } from '../api/unit.ts'
import { isReturnCode } from '../return/codes.ts'
import type { Behaviour } from '../store/bodies.ts'

// biome-ignore format: one word a line would be a page
const NUMBER_TYPES = [
  'au_number', 'base_address', 'clabe', 'ethereum_address', 'hk_number', 'iban', 'id_number', 'nz_number', 'other',
  'pan', 'polygon_address', 'sg_number', 'solana_address', 'wallet_address',
] as const

export const AccountDetailInput = z.looseObject({
  account_number: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z -]{2,63}$/, 'is not an account number'),
  account_number_type: z.enum(NUMBER_TYPES).default('other'),
})
export type AccountDetailInput = z.infer<typeof AccountDetailInput>

/** The number itself goes no further than this function: its last four digits are all that is kept. */
export function accountDetail(unit: Unit, input: AccountDetailInput): ModernTreasury.AccountDetail {
  return {
    ...base(unit, 'account_detail'),
    discarded_at: null,
    account_number_safe: input.account_number.slice(-4),
    account_number_type: input.account_number_type,
  }
}

const RETURNED = /^100(\d\d)$/
const FAILED = /^1{8,}$/

/** The magic numbers of the test bank: `100XX` is returned with `RXX`, eight ones or more fail, others are accepted. */
export function behaviourOf(details: readonly AccountDetailInput[]): Behaviour {
  for (const { account_number: number } of details) {
    const code = `R${RETURNED.exec(number)?.[1]}`
    if (isReturnCode(code)) return { kind: 'return', code }
    if (FAILED.test(number)) return { kind: 'fail' }
  }
  return { kind: 'accept' }
}
