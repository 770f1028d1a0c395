import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { migrationsOf } from '@draupnir/service'
import { type ConsumerUnderTest, testClock, testContext, testDatabase, testLog } from '@draupnir/testing'
import type { Instant } from '@draupnir/time'
import { handlers } from './consumers.ts'
import { activateContract } from './contract/activate-contract.ts'
import { type AddLine, addLine } from './contract/add-line.ts'
import { buyer, device, SELLER, seller, T0, terms, usageLine } from './contract/contract.fixture.ts'
import { createContract } from './contract/create-contract.ts'
import { rememberDevice } from './device/remember-device.ts'
import { rememberParty } from './party/remember-party.ts'
import { contract } from './service.ts'

/** A database of the service and its verbs at a moment the test moves. Call it at the top level of the file. */
export async function contractService() {
  const { db, owner } = await testDatabase({ schema: 'contract', sources: migrationsOf(contract) })
  const clock = testClock(T0)
  const ctx = testContext(db, { clock })
  const consumer: ConsumerUnderTest = {
    service: 'contract',
    db,
    handlers,
    contextFor: (unit) => contextFor({ ...unit, log: testLog() }),
    clock,
  }

  /** The parties and the device that lines are made of. */
  const onboard = async () => {
    await rememberParty(ctx, buyer)
    await rememberParty(ctx, seller)
    await rememberDevice(ctx, device)
  }
  const newDevice = async (sellerId: Id<'party'> = SELLER) => {
    const id = ctx.newId('device')
    await rememberDevice(ctx, { id, seller_id: sellerId })
    return id
  }
  const draft = (...lines: AddLine[]) => draftOf(lines)
  const draftOf = async (lines: readonly AddLine[]) => {
    let { state } = await createContract(ctx, terms)
    for (const line of lines) state = (await addLine(ctx, state.id, line)).state
    return state
  }
  const active = async (...lines: AddLine[]) => {
    const { id } = await draftOf(lines.length === 0 ? [usageLine()] : lines)
    return (await activateContract(ctx, id, { billing_anchor: null })).state
  }
  const edits = (id: Id<'contract'>) => db.sql<{ operation: string; seq: number; recorded_at: Instant }[]>`
    select operation, seq, recorded_at, supersedes from contract_edits where contract_id = ${id} order by seq`
  const timers = () => db.sql<{ kind: string; key: string; due_at: Instant }[]>`
    select kind, key, due_at from timers where kind not like '%sweep%' order by key`
  return { db, owner, clock, ctx, consumer, onboard, newDevice, draft, active, edits, timers }
}
