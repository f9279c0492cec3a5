/** Which objects a controller manages: those that name it as their controller, and those it may take over. */
import { selectsBySpec, type LabelSelectorSpec } from '../../../../../kubernetes/selector.ts';
import type { Api, ResourceType } from '../../../api.ts';
import type { KubeObject } from '../../../objects.ts';
import { orGone } from './controller.ts';
import { controllerOf, controllerReference } from './owners.ts';

/** Who manages, and by which selector. */
export interface Manager {
  owner: KubeObject;
  ownerType: ResourceType;
  selector: LabelSelectorSpec | undefined;
}

/**
 * The objects of `candidates` that the owner manages after adopting what its selector finds without a controller and
 * releasing what its selector no longer finds. An owner that is being deleted adopts nothing.
 */
export async function claim<T extends KubeObject>(
  api: Api,
  type: ResourceType<T>,
  candidates: readonly T[],
  { owner, ownerType, selector }: Manager,
): Promise<T[]> {
  const { uid, namespace, deletionTimestamp } = owner.metadata ?? {};
  const claimed = await Promise.all(
    candidates.map(async (object): Promise<T | undefined> => {
      const { metadata } = object;
      if (metadata?.namespace !== namespace) return undefined;
      const controller = controllerOf(object);
      const selected = selectsBySpec(selector, metadata?.labels);
      const setOwners = (ownerReferences: unknown): Promise<T | undefined> => {
        const patch = { metadata: { uid: metadata?.uid, ownerReferences } };
        return orGone(api.patch(type, { namespace, name: metadata?.name ?? '' }, patch));
      };
      const owners = metadata?.ownerReferences ?? [];
      if (controller?.uid === uid) {
        if (selected || deletionTimestamp !== undefined) return object;
        await setOwners(owners.filter((reference) => reference.uid !== uid));
        return undefined;
      }
      if (controller !== undefined || !selected) return undefined;
      if (deletionTimestamp !== undefined || metadata?.deletionTimestamp !== undefined) return undefined;
      return setOwners([...owners, controllerReference(owner, ownerType)]);
    }),
  );
  return claimed.filter((object) => object !== undefined);
}
