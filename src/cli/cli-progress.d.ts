/** What modelc uses of `cli-progress`, which has no types of its own. */
declare module "cli-progress" {
  export interface Options {
    readonly format: string;
    readonly barsize: number;
    readonly clearOnComplete: boolean;
    readonly hideCursor: boolean;
    readonly stream: NodeJS.WritableStream;
    readonly fps: number;
    readonly gracefulExit: boolean;
  }
  export type Payload = Readonly<Record<string, string>>;
  export class SingleBar {
    constructor(options: Options, preset: object);
    start(total: number, value: number, payload: Payload): void;
    update(value: number, payload: Payload): void;
    stop(): void;
  }
  export const Presets: { readonly shades_classic: object };
}
