import type uPlotClass from 'uplot';

declare global {
  /** Loaded by a script element of its own, before the modules. */
  const uPlot: typeof uPlotClass;
}
