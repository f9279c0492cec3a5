/** What Kubernetes requires of a container. */
import { canonical, compareQuantities, parseQuantity } from '../../../../../kubernetes/quantity.ts';
import { dnsLabelProblems } from '../../../../../kubernetes/label-rules.ts';
import type { Pod } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundValue,
  notNegative,
  oneOf,
  portName,
  portNumber,
  portNumberOrName,
  problemsWith,
  required,
} from './fields.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];
type Probe = NonNullable<Container['livenessProbe']>;
type Variable = NonNullable<Container['env']>[number];

const environmentName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** What is wrong with the containers at `field`; `volumes` are the names that may be mounted. */
export function containersErrors(
  containers: readonly Container[] | undefined,
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  if (containers === undefined || containers.length === 0) return [required(field)];
  const names = new Set<string>();
  return containers.flatMap((container, index) => {
    const at = `${field}[${index}]`;
    const isSecond = names.has(container.name);
    names.add(container.name);
    return [
      ...containerErrors(container, volumes, at),
      ...(isSecond && container.name ? [duplicate(`${at}.name`, container.name)] : []),
      ...probeErrors(container.livenessProbe, `${at}.livenessProbe`, true),
      ...probeErrors(container.readinessProbe, `${at}.readinessProbe`, false),
      ...probeErrors(container.startupProbe, `${at}.startupProbe`, true),
    ];
  });
}

function containerErrors(container: Container, volumes: ReadonlySet<string>, at: string): FieldError[] {
  const { name, image } = container;
  return [
    ...(name ? problemsWith(`${at}.name`, name, dnsLabelProblems(name)) : [required(`${at}.name`)]),
    ...(image ? imageErrors(image, `${at}.image`) : [required(`${at}.image`)]),
    ...oneOf(`${at}.terminationMessagePolicy`, container.terminationMessagePolicy, [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...portErrors(container, `${at}.ports`),
    ...(container.env ?? []).flatMap((variable, index) => variableErrors(variable, `${at}.env[${index}]`)),
    ...mountErrors(container, volumes, `${at}.volumeMounts`),
    ...oneOf(`${at}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...resourceErrors(container, `${at}.resources`),
  ];
}

function imageErrors(image: string, field: string): FieldError[] {
  return image.trim() === image
    ? []
    : [invalidValue(field, image, 'must not have leading or trailing whitespace')];
}

function portErrors({ ports = [] }: Container, field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      const wrong = portName(`${at}.name`, port.name);
      if (wrong.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      errors.push(...wrong);
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...portNumber(`${at}.containerPort`, port.containerPort));
    if (port.hostPort) errors.push(...portNumber(`${at}.hostPort`, port.hostPort));
    errors.push(...oneOf(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
    return errors;
  });
}

function variableErrors({ name, value, valueFrom }: Variable, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${at}.name`));
  else if (!environmentName.test(name)) {
    errors.push(
      invalidValue(
        `${at}.name`,
        name,
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
      ),
    );
  }
  if (valueFrom === undefined) return errors;
  const from = `${at}.valueFrom`;
  const sources = Object.values(valueFrom).filter((source) => source !== undefined);
  if (valueFrom.configMapKeyRef?.key === '') errors.push(required(`${from}.configMapKeyRef.key`));
  if (valueFrom.secretKeyRef?.key === '') errors.push(required(`${from}.secretKeyRef.key`));
  if (sources.length === 0) {
    errors.push(
      invalidValue(
        from,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    );
  } else if (value) {
    errors.push(invalidValue(from, '', 'may not be specified when `value` is not empty'));
  } else if (sources.length > 1) {
    errors.push(invalidValue(from, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function mountErrors(
  { volumeMounts = [] }: Container,
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const paths = new Set<string>();
  return volumeMounts.flatMap(({ name, mountPath }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    else if (!volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    return errors;
  });
}

/** Quantities may not be negative, and requests not above the limits. */
function resourceErrors({ resources }: Container, field: string): FieldError[] {
  const { limits = {}, requests = {} } = resources ?? {};
  const errors: FieldError[] = [];
  for (const [part, quantities] of Object.entries({ limits, requests })) {
    for (const [name, text] of Object.entries(quantities)) {
      const quantity = parseQuantity(String(text));
      const at = `${field}.${part}[${name}]`;
      if (quantity.mantissa < 0n) {
        errors.push(invalidValue(at, canonical(quantity), 'must be greater than or equal to 0'));
      }
      const limit = part === 'requests' ? limits[name] : undefined;
      if (limit === undefined) continue;
      const limitQuantity = parseQuantity(String(limit));
      if (compareQuantities(quantity, limitQuantity) > 0) {
        errors.push(
          invalidValue(
            `${field}.requests`,
            canonical(quantity),
            `must be less than or equal to ${name} limit of ${canonical(limitQuantity)}`,
          ),
        );
      }
    }
  }
  return errors;
}

function probeErrors(probe: Probe | undefined, field: string, mustSucceedOnce: boolean): FieldError[] {
  if (probe === undefined) return [];
  const errors = handlerErrors(probe, field);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...notNegative(`${field}.${name}`, probe[name]));
  }
  if (mustSucceedOnce && probe.successThreshold !== 1) {
    errors.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

function handlerErrors({ exec, httpGet, tcpSocket, grpc }: Probe, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const handlers = Object.entries({ exec, httpGet, tcpSocket, grpc }).filter(([, value]) => value);
  if (exec && (exec.command ?? []).length === 0) errors.push(required(`${field}.exec.command`));
  if (httpGet) {
    errors.push(...portNumberOrName(`${field}.httpGet.port`, httpGet.port ?? 0));
    errors.push(...oneOf(`${field}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS']));
  }
  if (tcpSocket) {
    errors.push(...portNumberOrName(`${field}.tcpSocket.port`, tcpSocket.port ?? 0));
  }
  if (grpc) errors.push(...portNumber(`${field}.grpc.port`, grpc.port));
  if (handlers.length === 0) errors.push(required(field, 'must specify a handler type'));
  for (const [name] of handlers.slice(1)) {
    errors.push(forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type'));
  }
  return errors;
}
