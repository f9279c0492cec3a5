/** SelfSubjectAccessReview: whether whoever asks may do something. It is answered and not stored. */
import { badRequest } from './errors.ts';
import { sendJson, type Exchange } from './exchange.ts';
import { objectOf } from './http-body.ts';

export const accessReviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

interface Review {
  spec?: { resourceAttributes?: object; nonResourceAttributes?: object };
}

/** Answers a review: there are no roles, so that `allowed` holds for every verb and resource, or for none. */
export async function serveAccessReview(exchange: Exchange, allowed: boolean): Promise<void> {
  const { spec = {} } = ((await objectOf(exchange.request)) ?? {}) as Review;
  const asked = [spec.resourceAttributes, spec.nonResourceAttributes].filter((each) => each !== undefined);
  if (asked.length !== 1)
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  sendJson(exchange, 201, {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec,
    status: { allowed },
  });
}
