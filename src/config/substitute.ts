/** `NAME}` or `NAME:-default}` behind `${`. The default ends at the first brace. */
const REFERENCE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/;

export interface Substituted {
  readonly text: string;
  readonly problems: readonly string[];
}

/**
 * Puts environment variables into a value: `${NAME}`, `${NAME:-default}` (used when NAME is unset or empty, as in a shell),
 * and `$${` for the characters `${` themselves. What was put in is not looked at again, and it happens after the YAML was
 * read: a variable's content can become nothing but text of this one value.
 */
export const substitute = (
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): Substituted => {
  let result = '';
  let from = 0;
  const problems: string[] = [];
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', from)) {
    if (text[at - 1] === '$' && at > from) {
      result += `${text.slice(from, at - 1)}\${`;
      from = at + 2;
      continue;
    }
    result += text.slice(from, at);
    const [whole = '', name = '', fallback] = REFERENCE.exec(text.slice(at + 2)) ?? [];
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (name === '') {
      problems.push(
        '"${" begins no variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves',
      );
    } else if (fallback !== undefined) {
      result += value === undefined || value === '' ? fallback : value;
    } else if (value === undefined) {
      problems.push(`the environment variable ${name} is not set; set it, or write \${${name}:-default}`);
    } else {
      result += value;
    }
    from = at + 2 + whole.length;
  }
  return { text: result + text.slice(from), problems };
};
