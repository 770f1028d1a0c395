import { handle } from '@draupnir/outbox'
import { BankAccountRegistered } from '@draupnir/wire'
import { resumeCashOuts } from '../cash-out/cash-out-released.ts'

export const onBankAccountRegistered = handle(BankAccountRegistered, (ctx, event) =>
  resumeCashOuts(ctx, event.data.bank_account.party_id),
)
