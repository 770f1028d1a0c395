import { hasOpenInvoices } from '../invoice/invoice.store.ts'
import { badRequest, conflict } from '../shared/problem.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { currentSubscription } from '../subscription/subscription.store.ts'
import {
  findOverlap,
  getCustomer,
  insertCustomer,
  lockCustomer,
  markCustomerDeleted,
  replaceCustomer,
} from './customer.store.ts'
import { type Customer, type CustomerInput, usageSubjects } from './customer.ts'

/** Refuses a key or subject in use (409) and a customer without either (400). */
export async function createCustomer(unit: Unit, input: CustomerInput): Promise<Customer> {
  const id = ulid(unit.now)
  await assertFree(unit, id, input)
  return insertCustomer(unit, id, input)
}

/** Full replacement; what is not sent is gone. Refuses to move subjects or currency under a running subscription. */
export async function updateCustomer(unit: Unit, idOrKey: string, input: CustomerInput): Promise<Customer> {
  const before = await lockCustomer(unit.sql, idOrKey)
  await assertFree(unit, before.id, input)
  if (await currentSubscription(unit.sql, before.id, unit.now)) {
    const after = { ...before, key: input.key ?? null, subjectKeys: [...(input.usageAttribution?.subjectKeys ?? [])] }
    if (!sameSet(usageSubjects(before), usageSubjects(after))) {
      throw badRequest('validation error: cannot change subject keys for customer with active subscriptions')
    }
    if (before.currency !== null && input.currency !== before.currency) {
      throw badRequest('validation error: cannot change currency for customer with active subscriptions')
    }
  }
  return replaceCustomer(unit, before.id, input)
}

/** Refuses while a subscription runs or an invoice is not final. */
export async function deleteCustomer(unit: Unit, idOrKey: string): Promise<void> {
  const found = await getCustomer(unit.sql, idOrKey)
  if (found.deletedAt !== null) return
  const customer = await lockCustomer(unit.sql, found.id)
  if (await currentSubscription(unit.sql, customer.id, unit.now)) {
    throw conflict('customer has active subscriptions, please cancel them before deleting the customer')
  }
  if (await hasOpenInvoices(unit.sql, customer.id)) {
    throw conflict('customer has invoices that are not in final state')
  }
  await markCustomerDeleted(unit.sql, customer.id, unit.now)
}

async function assertFree({ sql }: Unit, id: string, input: CustomerInput): Promise<void> {
  const subjects = input.usageAttribution?.subjectKeys ?? []
  if (input.key === undefined && subjects.length === 0) {
    throw badRequest('validation error: customer must have a key or usage attribution with at least one subject')
  }
  const overlap = await findOverlap(sql, id, input.key, subjects)
  if (!overlap) return
  throw conflict(
    overlap.byKey
      ? `key "${input.key}" is already used by an another customer in the namespace`
      : 'one or multiple subject keys are already associated with an existing customer',
  )
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item))
}
