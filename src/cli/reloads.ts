import type { Config } from '../config/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Service } from '../service.ts';

/**
 * Reads the configuration again when somebody asks for it, and puts it in force. However often it is asked for meanwhile, it is
 * read once more when that is done.
 */
export class Reloads {
  readonly #service: Pick<Service, 'config' | 'events' | 'reload' | 'reopenOutputs'>;
  readonly #reread: () => Promise<Config>;
  #wish: { isSignal: boolean } | undefined;
  #isWorking = false;

  constructor(
    service: Pick<Service, 'config' | 'events' | 'reload' | 'reopenOutputs'>,
    reread: () => Promise<Config>,
  ) {
    this.#service = service;
    this.#reread = reread;
  }

  /** SIGHUP: whatever becomes of the configuration, output files that were renamed are opened anew. */
  onSignal(): void {
    if (this.#service.config.reload === 'off') this.#service.reopenOutputs();
    else this.#wishFor(true);
  }

  onChanged(): void {
    this.#wishFor(false);
  }

  #wishFor(isSignal: boolean): void {
    this.#wish = { isSignal: isSignal || this.#wish?.isSignal === true };
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#work()
      .catch((error: unknown) => this.#service.events.configFailed(error))
      .finally(() => {
        this.#isWorking = false;
      });
  }

  async #work(): Promise<void> {
    for (let wish = this.#wish; wish !== undefined; wish = this.#wish) {
      this.#wish = undefined;
      const isAnew = await this.#reload();
      // An agent that was begun anew has opened its outputs by their names.
      if (wish.isSignal && !isAnew) this.#service.reopenOutputs();
    }
  }

  async #reload(): Promise<boolean> {
    let config: Config;
    try {
      config = await this.#reread();
    } catch (error) {
      this.#service.events.configRefused(messageOf(error).split('\n'));
      return false;
    }
    return (await this.#service.reload(config)) === 'anew';
  }
}
