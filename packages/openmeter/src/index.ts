export { type OpenMeter, type OpenMeterConfig, openMeter, orMissing, reached, reasonOf, sent } from './client.ts'
