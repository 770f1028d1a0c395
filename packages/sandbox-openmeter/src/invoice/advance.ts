import { cancel, schedule, takeFault } from '@draupnir/sandbox'
import { getApp } from '../app/app.store.ts'
import type { App } from '../app/app.ts'
import { notifyInvoice } from '../notification/notify.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { numberPrefix } from './gathering.ts'
import { linesOf, lockInvoice, nextNumber, saveInvoice } from './invoice.store.ts'
import { deadlines, type Invoice, machineInput, type ValidationIssue } from './invoice.ts'
import { recalculate } from './measure.ts'
import { failureOf, isFailed, nextStep, type Status } from './state.ts'

export const ADVANCE = 'invoice.advance'

/** Takes an invoice through every step that needs nobody; where it must wait, the wait is put on its date. */
export async function advanceInvoice(unit: Unit, start: Invoice): Promise<Invoice> {
  let invoice = start
  const app = await getApp(unit.sql, invoice.appId)
  for (;;) {
    const lines = await linesOf(unit.sql, invoice.id)
    const step = nextStep(machineInput(invoice, app, lines.length > 0), unit.now)
    if ('to' in step) {
      invoice = (await failed(unit, invoice, app)) ?? (await enter(unit, invoice, step.to))
      continue
    }
    if ('waitUntil' in step) await schedule(unit.sql, { kind: ADVANCE, key: invoice.id, dueAt: step.waitUntil })
    else await cancel(unit.sql, ADVANCE, invoice.id)
    return invoice
  }
}

export async function advanceById(unit: Unit, id: string): Promise<Invoice> {
  return advanceInvoice(unit, await lockInvoice(unit.sql, id))
}

// The fault switch fails the step that is about to be left.
async function failed(unit: Unit, invoice: Invoice, app: App): Promise<Invoice | null> {
  const status = failureOf(invoice.status)
  if (status === undefined) return null
  if ((await takeFault(unit.sql, { kind: 'step', step: invoice.status })) === undefined) return null
  return enter(
    unit,
    isFailed(status)
      ? { ...invoice, validationIssues: [...invoice.validationIssues, issueOf(unit, invoice, app)] }
      : invoice,
    status,
  )
}

function issueOf({ now }: Unit, { status }: Invoice, app: App): ValidationIssue {
  return {
    id: ulid(now),
    createdAt: now,
    updatedAt: now,
    severity: 'critical',
    code: 'app_failed',
    component: `app.${app.type}.invoiceCustomers`,
    field: '',
    message: `${status} failed`,
  }
}

/** One transition: what the new state does on entry, the write, the webhook. */
export async function enter(unit: Unit, invoice: Invoice, status: Status): Promise<Invoice> {
  const entered = await onEntry(unit, { ...invoice, status })
  const saved = await saveInvoice(unit, entered)
  await notifyInvoice(unit, 'invoice.updated', saved)
  return saved
}

async function onEntry(unit: Unit, invoice: Invoice): Promise<Invoice> {
  switch (invoice.status) {
    case 'draft.waiting_for_collection':
      return { ...invoice, ...deadlines(invoice, await linesOf(unit.sql, invoice.id)) }
    case 'draft.collecting': {
      const measured = await recalculate(unit, invoice, await linesOf(unit.sql, invoice.id), true)
      return { ...measured, quantitySnapshotedAt: unit.now }
    }
    case 'issuing.syncing':
      return { ...invoice, number: await finalNumber(unit, invoice) }
    case 'issued': {
      const issued = { ...invoice, issuedAt: unit.now }
      const { dueAt } = deadlines(issued, await linesOf(unit.sql, invoice.id))
      return { ...issued, dueAt }
    }
    case 'voided':
      return { ...invoice, voidedAt: unit.now }
    case 'deleted':
      return { ...invoice, deletedAt: unit.now }
    default:
      return invoice
  }
}

async function finalNumber(unit: Unit, invoice: Invoice): Promise<string> {
  if (!invoice.number.startsWith('DRAFT-')) return invoice.number
  const app = await getApp(unit.sql, invoice.appId)
  const series = app.type === 'sandbox' ? 'OM-SANDBOX' : 'INV'
  return nextNumber(unit.sql, `${series}-${numberPrefix(invoice.customer.name ?? '')}`)
}
