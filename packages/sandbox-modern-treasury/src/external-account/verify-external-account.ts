import { createHash } from 'node:crypto'
import { required } from '@draupnir/errors'
import { addDuration, duration } from '@draupnir/time'
import type ModernTreasury from 'modern-treasury'
import { invalid } from '../api/errors.ts'
import { base, type Unit } from '../api/unit.ts'
import { refreshAccounts } from '../counterparty/refresh-accounts.ts'
import { publish } from '../event/publish.ts'
import { createPaymentOrder } from '../payment-order/create-payment-order.ts'
import { CreatePaymentOrder } from '../payment-order/payment-order.schema.ts'
import { find, insert, load, lock, type Resource, save } from '../store/resource.ts'
import { later, never } from '../work/kinds.ts'
import type { VerifyExternalAccount } from './external-account.schema.ts'

type Stored = Resource<'external_account'>
type Attempt = ModernTreasury.ExternalAccountVerifyResponse.ExternalAccountVerificationAttempt

const EXPIRES_AFTER = duration('P2M')
const MAX_WRONG_GUESSES = 5
const METHODS = ['ach', 'eft', 'rtp']

/** Sends two small credits and takes their sum back; the owner proves the account by naming the amounts. */
export async function verifyExternalAccount(unit: Unit, input: VerifyExternalAccount, id: string): Promise<Attempt> {
  const { body: account, extra } = await lock(unit, 'external_account', id)
  if (account.verification_status !== 'unverified') {
    invalid('id', `The external account is ${account.verification_status.replace('_', ' ')}`)
  }
  if (!METHODS.includes(input.payment_type)) invalid('payment_type', `must be one of ${METHODS.join(', ')}`)
  await load(unit, 'internal_account', input.originating_account_id)
  const attempt: Attempt = {
    ...base(unit, 'external_account_verification_attempt'),
    external_account_id: id,
    originating_account_id: input.originating_account_id,
    payment_type: input.payment_type,
    priority: input.priority ?? 'normal',
    status: 'pending_verification',
  }
  await insert(unit, 'external_account_verification_attempt', attempt)
  const amounts = microdeposits(attempt.id)
  const verification = { attemptId: attempt.id, amounts, wrongGuesses: 0 }
  await save(
    unit,
    'external_account',
    { ...account, verification_status: 'pending_verification' },
    { ...extra, verification },
  )
  await refreshAccounts(unit, account.counterparty_id)
  await sendMicrodeposits(unit, input, id, amounts)
  await later(unit, 'external_account.expire', id, addDuration(unit.now, EXPIRES_AFTER))
  return attempt
}

/** Verified when both amounts are right; the fifth wrong guess ends the attempt. Refuses a wrong guess with 422. */
export async function completeVerification(unit: Unit, amounts: readonly number[], id: string) {
  const stored = await lock(unit, 'external_account', id)
  const pending = stored.extra.verification
  if (stored.body.verification_status !== 'pending_verification' || pending === null) {
    return invalid('id', 'The external account is not pending verification')
  }
  const right = [...pending.amounts].sort().join() === [...amounts].sort().join()
  if (right) return conclude(unit, stored, 'verified')
  const wrongGuesses = pending.wrongGuesses + 1
  if (wrongGuesses >= MAX_WRONG_GUESSES) return conclude(unit, stored, 'failed')
  return save(unit, 'external_account', stored.body, {
    ...stored.extra,
    verification: { ...pending, wrongGuesses },
  })
}

/** After two months an attempt that was never completed is over. */
export async function expireVerification(unit: Unit, id: string): Promise<void> {
  const stored = await find(unit, 'external_account', id, true)
  if (stored?.body.verification_status === 'pending_verification') await conclude(unit, stored, 'expired')
}

const OUTCOMES = {
  verified: { status: 'verified', attempt: 'verified', event: 'verified' },
  failed: { status: 'unverified', attempt: 'failed', event: 'failed_verification' },
  expired: { status: 'unverified', attempt: 'cancelled', event: 'expired' },
} as const

async function conclude(unit: Unit, stored: Stored, outcome: keyof typeof OUTCOMES) {
  const { status, attempt, event } = OUTCOMES[outcome]
  const pending = required(stored.extra.verification, 'an attempt is under way')
  const { body: given } = await lock(unit, 'external_account_verification_attempt', pending.attemptId)
  await save(unit, 'external_account_verification_attempt', { ...given, status: attempt })
  const saved = await save(
    unit,
    'external_account',
    {
      ...stored.body,
      verification_status: status,
      verification_source: outcome === 'verified' ? 'microdeposits' : null,
    },
    { ...stored.extra, verification: null },
  )
  await never(unit, 'external_account.expire', saved.id)
  await refreshAccounts(unit, saved.counterparty_id)
  await publish(unit, 'external_account', event, saved)
  return saved
}

// Two amounts of 1 to 99 cents, the same for ever for the same attempt.
function microdeposits(attemptId: string): number[] {
  const hash = createHash('sha256').update(attemptId).digest()
  return [1 + (hash.readUInt16BE(0) % 99), 1 + (hash.readUInt16BE(2) % 99)]
}

async function sendMicrodeposits(
  unit: Unit,
  input: VerifyExternalAccount,
  id: string,
  amounts: readonly number[],
): Promise<void> {
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  const orders = [...amounts.map((amount) => ({ amount, direction: 'credit' })), { amount: sum, direction: 'debit' }]
  for (const order of orders) {
    const given = {
      ...order,
      type: 'ach',
      originating_account_id: input.originating_account_id,
      receiving_account_id: id,
      statement_descriptor: 'ACCTVERIFY',
      priority: input.priority,
    }
    await createPaymentOrder(unit, CreatePaymentOrder.parse(given))
  }
}
