/** For the process that starts the others: one text for all of them, the dead included as far as they said goodbye. */
export const allProcesses = async (): Promise<() => Promise<string>> => {
  const { AggregatorRegistry } = await import('@prometheus-io/client');
  const all = new AggregatorRegistry();
  return () => all.clusterMetrics();
};
