/** What defaults depend on: where birler runs. Read once, at the start, by the room that may (cli). */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly homeDirectory: string;
  /** Relative paths count from here, in birler.yaml as on the command line. */
  readonly workingDirectory: string;
  readonly isRoot: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
}
