/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals: FROM, COPY, RUN ... */
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  /** What follows name and flags, with continued lines joined. */
  readonly text: string;
  /** Where the exec form is used: the words of the JSON list. */
  readonly words: readonly string[] | undefined;
  /** From 1. */
  readonly line: number;
}

/** What stands between one FROM and the next. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile without ARG and heredocs, which ours does not use. @throws naming the line it cannot read */
export function parseDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const match = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text);
      if (match === null) throw new Error(`line ${instruction.line}: FROM ${instruction.text}`);
      stages.push({ base: match[1]!, name: match[2], instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`line ${instruction.line}: ${instruction.name} before FROM`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    if (/^\s*(#|$)/.test(lines[at]!)) continue;
    const line = at + 1;
    let whole = lines[at]!;
    while (whole.endsWith('\\')) {
      at += 1;
      whole = `${whole.slice(0, -1)} ${(lines[at] ?? '').trim()}`;
    }
    found.push(instructionOf(whole.trim(), line));
  }
  return found;
}

function instructionOf(whole: string, line: number): Instruction {
  const match = /^([A-Za-z]+)\s+((?:--[a-z-]+(?:=\S+)?\s+)*)(.*)$/.exec(whole);
  if (match === null) throw new Error(`line ${line}: ${whole}`);
  const flags: Record<string, string> = {};
  for (const [, name, value] of match[2]!.matchAll(/--([a-z-]+)(?:=(\S+))?/g)) flags[name!] = value ?? '';
  const name = match[1]!.toUpperCase();
  const text = match[3]!.trim();
  const list = (name === 'HEALTHCHECK' ? text.replace(/^CMD\s+/, '') : text).trim();
  return {
    name,
    flags,
    text,
    words: list.startsWith('[') ? (JSON.parse(list) as string[]) : undefined,
    line,
  };
}
