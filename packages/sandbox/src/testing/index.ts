export { emptyDatabase } from './empty-database.ts'
export { type Received, type Receiver, startReceiver } from './receiver.ts'
