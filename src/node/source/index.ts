/**
 * `zerocall/source`: services from modules, packages and files, with what their source tells of
 * them. Made for the command line; a library server may use it as well.
 *
 *     const { service, name, describe } = await loadService("node:path");
 *     const server = new Server(service, { name, describe });
 *
 * @module
 */

export { SourceError } from "./errors.ts";
export type { SourceCode } from "./errors.ts";
export { loadService } from "./load-service.ts";
export type { LoadedService } from "./load-service.ts";
export { SOURCE_LIMITS } from "./limits.ts";
