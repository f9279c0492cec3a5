import type { Service } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import { dnsLabelProblems } from '../../../../../kubernetes/label-rules.ts';
import {
  duplicate,
  invalidValue,
  oneOf,
  portNumber,
  portNumberOrName,
  problemsWith,
  required,
} from './fields.ts';
import { labelErrors } from './metadata.ts';

/** What is wrong with a Service's spec. */
export function serviceErrors({ spec = {} }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const { ports = [], type, clusterIP } = spec;
  if (ports.length === 0 && clusterIP !== 'None' && type !== 'ExternalName')
    errors.push(required('spec.ports'));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) errors.push(required(`${at}.name`));
    } else {
      errors.push(...problemsWith(`${at}.name`, port.name, dnsLabelProblems(port.name)));
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    errors.push(
      ...portNumber(`${at}.port`, port.port ?? 0),
      ...oneOf(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']),
      ...portNumberOrName(`${at}.targetPort`, (port.targetPort as number | string) ?? 0),
    );
  }
  if (type === 'ExternalName' && !spec.externalName) errors.push(required('spec.externalName'));
  errors.push(
    ...labelErrors('spec.selector', spec.selector),
    ...oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']),
    ...oneOf('spec.type', type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
  );
  return errors;
}

/** A Service keeps its cluster IP for life. */
export function serviceUpdateErrors({ spec }: Service, { spec: before }: Service): FieldError[] {
  const [had, has] = [before?.clusterIP, spec?.clusterIP];
  if (!had || !has || had === has || before?.type === 'ExternalName') return [];
  return [invalidValue('spec.clusterIPs[0]', [has], 'may not change once set')];
}
