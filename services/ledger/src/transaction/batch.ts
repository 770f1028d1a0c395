import type { Context } from '@draupnir/db'
import type { Account } from '../account/account.ts'
import type { Request, Together } from './reduce.ts'
import { findNamed, type Names } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

/** Every name under which the requests may have been booked before. */
export function namesOf(requests: readonly (Request | Together)[]): Names {
  const names = {
    causes: [] as { recipe: string; cause: string }[],
    references: [] as { recipe: string; reference: string }[],
    ids: [] as string[],
    undoes: [] as string[],
  }
  for (const request of each(requests)) {
    if (request.type === 'book') {
      const { recipe, cause, reference, undoes } = request.draft
      names.causes.push({ recipe, cause })
      if (reference !== null) names.references.push({ recipe, reference })
      if (undoes !== null) names.undoes.push(undoes)
    } else if ('id' in request.target) names.ids.push(request.target.id)
    else names.references.push(request.target)
  }
  return names
}

/** The transactions whose end is asked for, as they are before anything is locked. */
export async function pendingTargets(ctx: Context, names: Names, requests: readonly (Request | Together)[]) {
  const ends = each(requests).some((request) => request.type !== 'book')
  return ends ? findNamed(ctx, { ...names, causes: [], undoes: [] }) : []
}

/** Every account the requests may touch, by ref. */
export function accountsOf(requests: readonly (Request | Together)[], pending: readonly Transaction[]) {
  const accounts = new Map<string, Account>()
  const add = ({ postings }: Pick<Transaction, 'postings'>) => {
    for (const { debit, credit } of postings) {
      accounts.set(debit.ref, debit)
      accounts.set(credit.ref, credit)
    }
  }
  for (const request of each(requests)) if (request.type === 'book') add(request.draft)
  pending.forEach(add)
  return accounts
}

function each(requests: readonly (Request | Together)[]): Request[] {
  return requests.flatMap((request) => (request.type === 'together' ? request.requests : [request]))
}
