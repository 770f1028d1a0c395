import { type Context, transact } from '@draupnir/db'
import { clearProblems } from './copy.store.ts'

/** Asks again for every copy that was set aside; how many there are. Nothing is lost when it is refused again. */
export function retryRefused(ctx: Context): Promise<number> {
  return transact(ctx, clearProblems)
}
