/** What a program registers with the engine, and why the engine deletes it all the same. */
import * as pulumi from "@pulumi/pulumi";

/** Why a resource is deleted. */
export type Reason =
  /** The program does not register it any more. */
  | "edit"
  /** It is replaced, and goes somewhere else. */
  | "move"
  /** It is replaced where it is: `--replace`. */
  | "replace"
  /** The stack is destroyed. */
  | "destroy";

/** What a component says of a resource that it registers. */
export interface RegistrationDetails {
  /** The component, whose providers are asked about the resource. */
  component: pulumi.ComponentResource;
  /** The tenant that it belongs to, as the tag `sendips:tenant` says; absent for what is of no tenant. */
  tenant?: string;
  /**
   * Inputs of which another value is another place, by name.
   * @default none
   */
  identity?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Whether its deletion leaves it in the cloud (`retainOnDelete`).
   * @default false
   */
  retained?: boolean;
}

interface Registration extends RegistrationDetails {
  /** Whether the engine has answered the registration. */
  answered: boolean;
  /** Its id, once that is known; a component has none. */
  id?: string;
}

type Deletion = Pick<pulumi.ResourceHookArgs, "type" | "name">;

/**
 * The registrations of a program. No program is told that it runs for a `destroy`, nor what `--replace` names;
 * the order of the engine's answers tells.
 */
export class Registrations {
  readonly #all = new Map<string, Registration>();

  /** Remembers a resource. */
  add(type: string, name: string, resource: pulumi.Resource, how: RegistrationDetails): void {
    const made: Registration = { ...how, answered: false };
    resource.urn.apply(() => {
      made.answered = true;
    });
    if (pulumi.CustomResource.isInstance(resource)) {
      resource.id.apply((id) => {
        made.id = id;
      });
    }
    this.#all.set(`${type} ${name}`, made);
  }

  /** What a component said of a resource; undefined for one that the program does not register. */
  of({ type, name }: Deletion): RegistrationDetails | undefined {
    return this.#all.get(`${type} ${name}`);
  }

  /**
   * The components that registered something, each once.
   *
   * @param types how its type begins, `aws:`; default: of any type.
   */
  components(types = ""): pulumi.ComponentResource[] {
    const found = [...this.#all].filter(([key]) => key.startsWith(types));
    return [...new Set(found.map(([, { component }]) => component))];
  }

  /**
   * Why the engine deletes a resource, for a hook before the deletion.
   *
   * One that is registered is deleted while its registration waits for an answer, where it is replaced
   * delete-before-create; afterwards and under another id, where it is replaced create-before-delete;
   * afterwards and under its own id, where the stack is destroyed.
   */
  async reasonOf({
    type,
    name,
    id,
    oldInputs,
    oldOutputs,
  }: pulumi.ResourceHookArgs): Promise<Reason> {
    const registered = this.#all.get(`${type} ${name}`);
    if (registered === undefined) return "edit";
    if (registered.answered && registered.id === id) return "destroy";
    if (await isMoved(registered, { ...oldInputs, ...oldOutputs })) return "move";
    if (!registered.answered) return "replace";
    return registered.id === undefined ? "destroy" : "replace";
  }
}

/** Whether a resource is wanted elsewhere than it stands. */
async function isMoved(
  { identity = {} }: RegistrationDetails,
  now: Record<string, unknown>,
): Promise<boolean> {
  for (const [name, value] of Object.entries(identity)) {
    if ((await knownValue(pulumi.output(value))) !== now[name]) return true;
  }
  return false;
}

/**
 * The value of an output inside a hook, where the resource behind it is already there; undefined where a
 * preview cannot know it.
 */
export function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
    // A preview passes nothing on that it does not know. The SDK's types hide the property.
    const known: unknown = Reflect.get(output, "isKnown");
    Promise.resolve(known).then((is) => is === false && resolve(undefined));
  });
}
