export { operationsMarkdown } from './contract/operations.ts'
