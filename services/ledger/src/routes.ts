import { accountRoutes } from './account/account.routes.ts'
import { statementRoutes } from './account/statement.routes.ts'
import { trialBalanceRoutes } from './account/trial-balance.routes.ts'
import { cashOutRoutes } from './cash-out/cash-out.routes.ts'
import { cashOutPolicyRoutes } from './cash-out/cash-out-policy.routes.ts'
import { seasoningRoutes } from './seasoning/seasoning.routes.ts'
import { settlementRoutes } from './settlement/settlement.routes.ts'
import { trancheRoutes } from './settlement/tranche.routes.ts'
import { postRoutes } from './transaction/post.routes.ts'
import { transactionRoutes } from './transaction/transaction.routes.ts'
import { walletRoutes } from './wallet/wallet.routes.ts'

export const routes = [
  ...walletRoutes,
  ...accountRoutes,
  ...statementRoutes,
  ...trialBalanceRoutes,
  ...transactionRoutes,
  ...postRoutes,
  ...settlementRoutes,
  ...trancheRoutes,
  ...seasoningRoutes,
  ...cashOutRoutes,
  ...cashOutPolicyRoutes,
]
