import { required } from '@draupnir/errors'
import type { AccountRef } from '../account/account.ts'
import type { Balance } from '../account/balance.ts'
import type { Entry } from './entry.ts'
import type { Transaction } from './transaction.ts'

/** One account in the hands of one transaction. */
export interface Touched {
  readonly before: Balance
  debit: bigint
  credit: bigint
}

/** A name by which a transaction is known. */
export type Name =
  | { readonly id: string }
  | { readonly undoes: string | null }
  | { readonly recipe: string; readonly cause: string }
  | { readonly recipe: string; readonly reference: string }

/** The working copy of one batch: later requests see what earlier ones did. */
export class Working {
  readonly #balances: Map<string, Balance>
  readonly #transactions = new Map<string, Transaction>()
  readonly #entries: Entry[] = []
  #undo: (() => void)[] | null = null

  constructor(books: { readonly balances: readonly Balance[]; readonly transactions: readonly Transaction[] }) {
    this.#balances = new Map(books.balances.map((balance) => [balance.account.ref, balance]))
    for (const transaction of books.transactions) this.#remember(transaction)
  }

  balance(ref: AccountRef): Balance {
    return required(this.#balances.get(ref), `${ref} is not among the books`)
  }

  find(name: Name): Transaction | undefined {
    return this.#transactions.get(keyOf(name))
  }

  commit(transaction: Transaction, entries: readonly Entry[]): void {
    this.#remember(transaction)
    for (const entry of entries) {
      const { ref } = entry.after.account
      if (this.#undo !== null) {
        const before = this.balance(ref)
        this.#undo?.push(() => void this.#balances.set(ref, before))
      }
      this.#balances.set(ref, entry.after)
      this.#entries.push(entry)
    }
  }

  /** Every account that differs from what it was. */
  changed(): Balance[] {
    const refs = new Set(this.#entries.map((entry) => entry.after.account.ref))
    return [...refs].map((ref) => this.balance(ref))
  }

  entries(): readonly Entry[] {
    return this.#entries
  }

  /** Does `work`; takes back everything it did when it gives false. */
  provided(work: () => boolean): void {
    const entries = this.#entries.length
    const undo: (() => void)[] = []
    this.#undo = undo
    const kept = work()
    this.#undo = null
    if (kept) return
    for (const step of undo.reverse()) step()
    this.#entries.splice(entries)
  }

  #remember(transaction: Transaction): void {
    const { id, recipe, cause, reference, undoes } = transaction
    const names: Name[] = [{ id }, { recipe, cause }]
    if (reference !== null) names.push({ recipe, reference })
    if (undoes !== null) names.push({ undoes })
    for (const key of names.map(keyOf)) {
      const before = this.#transactions.get(key)
      this.#undo?.push(
        () => void (before === undefined ? this.#transactions.delete(key) : this.#transactions.set(key, before)),
      )
      this.#transactions.set(key, transaction)
    }
  }
}

function keyOf(name: Name): string {
  if ('id' in name) return name.id
  if ('undoes' in name) return `undoes\n${name.undoes}`
  return 'cause' in name ? `cause\n${name.recipe}\n${name.cause}` : `reference\n${name.recipe}\n${name.reference}`
}
