import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../../../support/index.ts';
import { ApiError, resources } from '../../api.ts';
import { startInformer, type Informer } from '../../informer.ts';
import type { Lease, Node } from '../../objects.ts';
import { timestamp, type KubeletContext } from './context.ts';
import { nodeConditions, nodeFacts, nodeObject } from './node-object.ts';

/** A status that says nothing new is still written after this many looks: 5 min at one look in 10 s. */
const looksPerReport = 30;
const leaseNamespace = 'kube-node-lease';

/**
 * The node as the control plane sees it: registered once, its Lease renewed and its status looked at each renewal period, and
 * written when it is not what it should be or has not been written for long.
 */
export class NodeRegistration {
  readonly #context: KubeletContext;
  readonly #node: Informer<Node>;
  readonly #registered = Promise.withResolvers<void>();
  #lease: Lease | undefined;
  #looks = 0;
  #isRegistered = false;

  constructor(context: KubeletContext) {
    this.#context = context;
    const { api, config, signal } = context;
    this.#node = startInformer(api, resources.nodes, {
      options: { fieldSelector: `metadata.name=${config.node.name}` },
      signal,
    });
    void this.#run();
  }

  /** Resolves when the node is registered and Ready in the API. */
  get registered(): Promise<void> {
    return this.#registered.promise;
  }

  /** What events about the node are about; the kubelet takes the name for the uid. */
  get #subject(): { kind: string; name: string; uid: string } {
    const { name } = this.#context.config.node;
    return { kind: 'Node', name, uid: name };
  }

  async #run(): Promise<void> {
    const { signal, clock, config } = this.#context;
    const period = config.timings.nodeLeaseRenewalMs;
    await this.#node.synced.catch(() => undefined);
    while (!signal.aborted) {
      const from = clock.now();
      await Promise.all([
        this.#attempt('lease', () => this.#renewLease()),
        this.#attempt('node status', () => this.#report()),
      ]);
      // Soon again while the node is not registered yet.
      const waitMs = this.#isRegistered ? Math.max(0, period - (clock.now() - from)) : Math.min(period, 100);
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  async #attempt(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!this.#context.signal.aborted) this.#context.log(`${what}: ${messageOf(error)}`);
    }
  }

  /** @returns the Node, created or as an earlier life left it. */
  async #register(): Promise<Node> {
    const { api, config, events } = this.#context;
    const { name } = config.node;
    const wanted = nodeObject(config);
    events.record(this.#subject, 'Normal', 'Starting', 'Starting kubelet.');
    try {
      return await api.create(resources.nodes, wanted);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409) throw error;
      // Labels of ours are put right; taints stay, somebody may have cordoned or tainted the node.
      return api.patch(resources.nodes, { name }, { metadata: { labels: wanted.metadata?.labels } });
    }
  }

  async #report(): Promise<void> {
    const { api, config, events } = this.#context;
    const { name } = config.node;
    // Only once: a kubelet whose Node was deleted does not come back by itself.
    const node = this.#isRegistered ? this.#node.get(undefined, name) : await this.#register();
    this.#isRegistered = true;
    if (node === undefined) return;
    const before = node.status?.conditions ?? [];
    const facts = nodeFacts(config);
    const conditions = nodeConditions(before, timestamp(this.#context));
    this.#looks += 1;
    const unchanged =
      conditions.every(({ type, status }) =>
        before.some((old) => old.type === type && old.status === status),
      ) &&
      Object.entries(facts).every(([key, value]) =>
        isDeepStrictEqual(value, (node.status as Record<string, unknown> | undefined)?.[key]),
      );
    if (!unchanged || this.#looks >= looksPerReport) {
      await api.patch(resources.nodes, { name }, { status: { ...facts, conditions } }, 'status');
      this.#looks = 0;
    }
    const wasReady = before.some(({ type, status }) => type === 'Ready' && status === 'True');
    if (!wasReady)
      events.record(this.#subject, 'Normal', 'NodeReady', `Node ${name} status is now: NodeReady`);
    this.#registered.resolve();
  }

  async #renewLease(): Promise<void> {
    const { api, config, clock } = this.#context;
    const { name } = config.node;
    const { nodeLeaseDurationMs, speedup } = config.timings;
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: Math.round((nodeLeaseDurationMs * speedup) / 1000),
      // MicroTime.
      renewTime: new Date(clock.wall()).toISOString().replace('Z', '000Z'),
    };
    try {
      this.#lease ??= await api.get(resources.leases, { namespace: leaseNamespace, name });
      const metadata = { ...this.#lease.metadata, ...this.#leaseOwner() };
      this.#lease = await api.update(resources.leases, { ...this.#lease, metadata, spec });
    } catch (error) {
      this.#lease = undefined;
      if (!(error instanceof ApiError)) throw error;
      // Somebody else wrote it; it is read anew the next time.
      if (error.code === 409) return;
      if (error.code !== 404) throw error;
      this.#lease = await api.create(resources.leases, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: leaseNamespace, name, ...this.#leaseOwner() },
        spec,
      });
    }
  }

  /** The Lease goes with its Node. */
  #leaseOwner(): Pick<NonNullable<Lease['metadata']>, 'ownerReferences'> {
    const { name } = this.#context.config.node;
    const uid = this.#node.get(undefined, name)?.metadata?.uid;
    return uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] };
  }
}
