import type { Cluster, ClusterProvider } from '../../cluster/index.ts';

/** A provider that lends one cluster to run after run. */
export interface SharedCluster {
  provider: ClusterProvider;
  /** Ends the cluster, if there is one; the next run gets a new one. */
  end(): Promise<void>;
}

/** The first run creates the cluster; what a run does to end it has no effect until `end`. */
export function sharedCluster(provider: ClusterProvider): SharedCluster {
  let cluster: Cluster | null = null;
  return {
    provider: {
      name: provider.name,
      attach: (name) => provider.attach(name),
      async create(spec, options) {
        cluster ??= await provider.create(spec, options);
        return { ...cluster, destroy: () => Promise.resolve() };
      },
    },
    async end() {
      const ending = cluster;
      cluster = null;
      await ending?.destroy();
    },
  };
}
