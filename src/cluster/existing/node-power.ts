import { OpenbellError, exitCodes, runProgram } from '../../support/index.ts';
import type { PowerAction } from '../provider.ts';
import { nodePowerActions, type NodePowerCommands } from '../spec.ts';

const deadlineMs = 120_000;

/** The user's own commands as a provider's power switches. */
export function nodePower(commands: NodePowerCommands): {
  actions: ReadonlySet<PowerAction>;
  power: (node: string, action: PowerAction) => Promise<string>;
} {
  const actions = new Set<PowerAction>(nodePowerActions.filter((action) => commands[action] !== undefined));
  return {
    actions,
    power: async (node, action) => {
      const command = (commands as Partial<Record<PowerAction, string>>)[action];
      if (command === undefined) {
        throw new OpenbellError(`no command says how to ${action} ${node}`, {
          code: 'POWER_UNSUPPORTED',
          exitCode: exitCodes.faultDidNotLand,
          hint: `Give one in the scenario: cluster: { nodePower: { ${action}: "… $NODE" } }`,
        });
      }
      const { stdout } = await runProgram('/bin/sh', ['-c', command], {
        env: { NODE: node },
        timeoutMs: deadlineMs,
      });
      const said = stdout.trim().split('\n').at(-1) ?? '';
      return `the command to ${action} ${node} ended well${said === '' ? '' : ` and said "${said}"`}`;
    },
  };
}
