/**
 * Kubernetes objects as they travel: the client's own types with time stamps as RFC 3339 text instead of `Date`.
 * Types only; nothing of the client is loaded.
 */
import type {
  CoreV1Event,
  V1Binding,
  V1ConfigMap,
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V1Ingress,
  V1Lease,
  V1Namespace,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1Scale,
  V1Secret,
  V1SelfSubjectAccessReview,
  V1Service,
  V1Status,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';

/** `T` as JSON: every `Date` is text. */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer E)[]
    ? Wire<E>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
/** What every stored object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}
export type Pod = Wire<V1Pod>;
export type PodTemplateSpec = Wire<V1PodTemplateSpec>;
export type Node = Wire<V1Node>;
export type Service = Wire<V1Service>;
export type Namespace = Wire<V1Namespace>;
export type Event = Wire<CoreV1Event>;
export type ConfigMap = Wire<V1ConfigMap>;
export type Secret = Wire<V1Secret>;
export type Binding = Wire<V1Binding>;
export type Deployment = Wire<V1Deployment>;
export type ReplicaSet = Wire<V1ReplicaSet>;
export type PodDisruptionBudget = Wire<V1PodDisruptionBudget>;
export type EndpointSlice = Wire<V1EndpointSlice>;
export type Ingress = Wire<V1Ingress>;
export type Lease = Wire<V1Lease>;
export type Job = Wire<V1Job>;
/** The question whether one may do something, and its answer. */
export type AccessReview = Wire<V1SelfSubjectAccessReview>;
export type HorizontalPodAutoscaler = Wire<V2HorizontalPodAutoscaler>;
export type Scale = Wire<V1Scale>;
export type Status = Wire<V1Status>;

/** metrics.k8s.io/v1beta1 PodMetrics; `window` is a Go duration (`1.5s`), usage are quantities. */
export interface PodMetrics extends KubeObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}
/** metrics.k8s.io/v1beta1 NodeMetrics. */
export interface NodeMetrics extends KubeObject {
  timestamp: string;
  window: string;
  usage: { cpu: string; memory: string };
}
