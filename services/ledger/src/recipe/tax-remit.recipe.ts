import { z } from 'zod'
import { account } from '../account/account.ts'
import { usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const taxRemit = recipe({
  code: 'tax.remit',
  story: 'Collected tax is paid to the authorities.',
  input: z.strictObject({ rail: z.enum(['ach', 'wire']), amount: amountInput }),
  undo: { by: 'mirror', note: 'when the authorities pay it back' },
  postings: ({ rail, amount }) => [
    moves(account.platform('tax_payable', amount.currency), account.cash(rail, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a remittance of 80.00 USD',
      input: { rail: 'wire', amount: usd('8000') },
      rows: [['platform:tax_payable:USD', 'platform:cash.wire:USD', '8000']],
    },
  ],
})
