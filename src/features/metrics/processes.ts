/** For the primary process: the metrics of all workers, and the final counts of those that stopped in order. */
export const allProcesses = async (): Promise<() => Promise<string>> => {
  const { AggregatorRegistry } = await import('@prometheus-io/client');
  const all = new AggregatorRegistry();
  return () => all.clusterMetrics();
};
