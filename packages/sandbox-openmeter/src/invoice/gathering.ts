import { cancel, schedule } from '@draupnir/sandbox'
import { addDuration, type Duration, duration, type Instant, periodAt } from '@draupnir/time'
import { getCustomer } from '../customer/customer.store.ts'
import type { Customer } from '../customer/customer.ts'
import { profileOf } from '../profile/profile.store.ts'
import type { Profile, Workflow } from '../profile/profile.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { findGathering, linesOf, nextNumber, saveInvoice } from './invoice.store.ts'
import type { CustomerSnapshot, Invoice } from './invoice.ts'
import type { Status } from './state.ts'
import { NO_TOTALS } from './totals.ts'

export const COLLECT = 'billing.collect'

/** The one gathering invoice of a customer and currency; an emptied one comes back with the same id. */
export async function openGathering(unit: Unit, customerId: string, currency: string): Promise<Invoice> {
  const found = await findGathering(unit.sql, customerId, currency)
  if (found?.deletedAt === null) return found
  if (found) return saveInvoice(unit, { ...found, deletedAt: null })
  const customer = await getCustomer(unit.sql, customerId)
  const number = await nextNumber(unit.sql, `GATHER-${numberPrefix(customer.name)}-${currency}`)
  return saveInvoice(
    unit,
    newInvoice(unit, customer, await profileOf(unit.sql, customerId), currency, 'gathering', number),
  )
}

export function newInvoice(
  { now }: Unit,
  customer: Customer,
  profile: Profile,
  currency: string,
  status: Status,
  number: string,
): Invoice {
  return {
    id: ulid(now),
    customerId: customer.id,
    currency,
    number,
    description: null,
    metadata: null,
    status,
    supplier: { id: profile.id, ...profile.supplier },
    customer: snapshot(customer),
    profileId: profile.id,
    appId: profile.appId,
    workflow: profile.workflow,
    totals: NO_TOTALS,
    periodFrom: null,
    periodTo: null,
    externalIds: {},
    validationIssues: [],
    collectionAt: null,
    draftUntil: null,
    quantitySnapshotedAt: null,
    issuedAt: null,
    dueAt: null,
    voidedAt: null,
    sentToCustomerAt: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
}

function snapshot(customer: Customer): CustomerSnapshot {
  return {
    id: customer.id,
    ...(customer.key === null ? {} : { key: customer.key }),
    name: customer.name,
    ...(customer.billingAddress === null ? {} : { addresses: [customer.billingAddress] }),
    usageAttribution: { subjectKeys: customer.subjectKeys ?? [] },
  }
}

/** Four letters of a one-word name, two and two of the first two words of a longer one. */
export function numberPrefix(name: string): string {
  const words = name
    .normalize('NFD')
    .toUpperCase()
    .split(/\s+/)
    .map((word) => word.replace(/[^A-Z0-9]/g, ''))
    .filter((word) => word !== '')
  const [first = 'UNKN', second] = words
  return second === undefined ? first.slice(0, 4) : first.slice(0, 2) + second.slice(0, 2)
}

/** Plans the next collection: when the earliest line is due, later where the profile collects on anchored days. */
export async function planCollection(unit: Unit, gathering: Invoice): Promise<void> {
  const key = `${gathering.customerId}:${gathering.currency}`
  const [earliest] = (await linesOf(unit.sql, gathering.id)).map(({ invoiceAt }) => invoiceAt).sort()
  if (earliest === undefined) {
    await cancel(unit.sql, COLLECT, key)
    if (gathering.deletedAt === null) await saveInvoice(unit, { ...gathering, deletedAt: unit.now })
    return
  }
  const { workflow } = await profileOf(unit.sql, gathering.customerId)
  const collectAt = collectionDay(workflow, earliest)
  const dueAt = collectAt > unit.now ? collectAt : unit.now
  await schedule(unit.sql, {
    kind: COLLECT,
    key,
    dueAt,
    data: { customerId: gathering.customerId, currency: gathering.currency },
  })
}

function collectionDay({ collection: { alignment } }: Workflow, at: Instant): Instant {
  const recurrence = anchored(alignment)
  if (!recurrence) return at
  const period = periodAt(recurrence.anchor, recurrence.interval, at)
  return period.from === at ? at : period.to
}

/** What an automatic collection may take: lines due by now, or by the last anchored day. */
export function collectionCutoff({ collection: { alignment } }: Workflow, now: Instant): Instant {
  const recurrence = anchored(alignment)
  return recurrence ? periodAt(recurrence.anchor, recurrence.interval, now).from : now
}

const NAMED: Readonly<Record<string, string>> = { DAY: 'P1D', WEEK: 'P1W', MONTH: 'P1M', YEAR: 'P1Y' }

function anchored(alignment: Workflow['collection']['alignment']): { anchor: Instant; interval: Duration } | undefined {
  if (alignment.type !== 'anchored') return undefined
  const { anchor, interval } = alignment.recurringPeriod
  const length = duration(NAMED[interval] ?? interval)
  if (addDuration(anchor, length) <= anchor) return undefined
  return { anchor, interval: length }
}
