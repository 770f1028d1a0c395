export { freePort } from '@draupnir/stack'
export { startTestBroker, type TestBroker } from './broker.ts'
export {
  type LogEntry,
  nextId,
  TEST_TENANT,
  type TestClock,
  type TestContextOptions,
  testClock,
  testContext,
  testLog,
} from './context.ts'
export { type RunningScript, runUntilCrash, type ScriptEnd, type ScriptOptions, startScript } from './crash.ts'
export { type ConsumerUnderTest, type DeliverOptions, deliver, deliverOutOfOrder, deliverTwice } from './deliver.ts'
export { type EmittedEvent, emitted } from './emitted.ts'
export { type EventOptions, type EventSource, eventSource } from './events.ts'
export { eventually } from './eventually.ts'
export { type Decider, expectRefusal, expectRejection, specify } from './specification.ts'
export { postgresUrl, type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts'
