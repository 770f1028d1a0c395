export { type Config, readConfig } from './config.ts'
export { CONNECTION_ID } from './connection/connection.ts'
export { FBO_ACCOUNT_ID } from './internal-account/internal-account.ts'
export { type ModernTreasurySandbox, startSandbox } from './service.ts'
