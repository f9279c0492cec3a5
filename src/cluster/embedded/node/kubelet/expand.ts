/**
 * Replaces `$(NAME)` by the variable's value. `$$` stands for `$`, so `$$(NAME)` stays `$(NAME)`; names that are not known stay as they
 * are (Kubernetes' expansion rules for command, args and env).
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole,
  );
}
