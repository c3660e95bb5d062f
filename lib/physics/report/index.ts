export { ReportKernel, type ReportOptions, reportDefaults } from './kernel.js';
export { type ReportSet, reportColumns, reportLayout } from './layout.js';
export { stransverseMass } from './mt2.js';
