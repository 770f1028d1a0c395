export { type OpenMeterOptions, type RunningOpenMeter, startOpenMeter } from './service.ts'
