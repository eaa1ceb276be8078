/** Where a peer reads and writes. */
export interface PeerPlace {
  /** For its configuration and state. */
  readonly directory: string;
  readonly logs: string;
  readonly pods: string;
  readonly output: string;
}

/**
 * Another log agent, set up to do our job as well as it can: read the node's logs from their beginning, take CRI lines apart,
 * write JSON lines to a file. Where a peer leaves out what we do (joining partial lines, Kubernetes fields), that is in its
 * favour, and its `note` says so.
 */
export interface Peer {
  readonly program: string;
  readonly note: string;
  /** Writes the configuration; returns the arguments. */
  readonly prepare: (place: PeerPlace) => readonly string[];
}
