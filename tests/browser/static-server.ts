import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";

/** What a server serves: files in memory by path, and folders by the path that they stand under, which ends in `/`. */
export interface Site {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly folders: Readonly<Record<string, string>>;
}

/** A server on this machine alone. */
export interface StaticServer {
  readonly origin: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Pages are cross-origin isolated: without these headers browsers withhold the shared memory that wasm threads need. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Serves a site on a free port of 127.0.0.1. `files` may grow later. */
export async function serve({ files, folders }: Site): Promise<StaticServer> {
  const contentOf = async (path: string): Promise<string | Uint8Array | undefined> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    for (const [prefix, folder] of Object.entries(folders)) {
      if (!path.startsWith(prefix)) continue;
      const root = resolve(folder);
      const file = resolve(root, path.slice(prefix.length));
      if (file.startsWith(root + sep)) return readFile(file).catch(() => undefined);
    }
    return undefined;
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    void contentOf(path).then((content) => {
      const type = types[extname(path)] ?? "application/octet-stream";
      if (content === undefined) response.writeHead(404, isolation).end();
      else response.writeHead(200, { ...isolation, "Content-Type": type, "Cache-Control": "no-store" }).end(content);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
