import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { nextId } from '@draupnir/testing'
import { fundsCommit } from '../recipe/funds.recipes.ts'
import { usd } from '../service.fixture.ts'
import type { Request } from './reduce.ts'

/** Asks to commit so many cents of a buyer's wallet. */
export function commit(ctx: Context, buyer: Id<'party'>, amount: number, cause: string = nextId('request')): Request {
  return {
    type: 'book',
    draft: {
      id: ctx.newId('transaction'),
      recipe: fundsCommit.code,
      cause,
      reference: null,
      state: 'posted',
      undoes: null,
      actor: 'key_test',
      effectiveAt: null,
      expiresAt: null,
      postings: fundsCommit.post({ buyer_id: buyer, amount: usd(amount) }),
    },
  }
}
