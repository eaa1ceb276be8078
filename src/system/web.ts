/** Asks an HTTP server once. */
export interface Web {
  /** Rejects if there was no answer in time. The body is cut at a bound. */
  get(url: string, question?: WebQuestion): Promise<WebAnswer>;
}

export interface WebQuestion {
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM: what the server's certificate must be signed by, instead of what the system trusts. */
  readonly ca?: string;
  readonly isUnverified?: boolean;
}

export interface WebAnswer {
  readonly status: number;
  readonly body: string;
}
