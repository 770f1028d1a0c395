import type { Account } from '../account/account.ts'
import { available, type Balance } from '../account/balance.ts'

/** What accounts still have while a return takes from one after the other. */
export class Purse {
  readonly #left: Map<string, bigint>

  constructor(balances: readonly Balance[]) {
    this.#left = new Map(balances.map((balance) => [balance.account.ref, available(balance)]))
  }

  /** Takes `amount` from an account, or as much as it has; gives what was taken. */
  take({ ref }: Account, amount: bigint): bigint {
    const left = this.#left.get(ref) ?? 0n
    const taken = left < amount ? (left > 0n ? left : 0n) : amount
    this.#left.set(ref, left - taken)
    return taken
  }
}
